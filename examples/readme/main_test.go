package main

// The program prints what the README says it does.
func Example() {
	main()
	// Output:
	// incoming sent Where is my parcel?
	// outgoing sent It arrives today.
}
