// Command helpdesk is the reference server: the whole desk in one binary, served
// from one port. It holds no logic of its own; it reads settings, wires packages
// together and stops them in order.
//
//	helpdesk serve --addr 127.0.0.1:3000 --db sqlite:helpdesk.db
//
// Run it without arguments for the other commands and all settings.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals // the first asks to stop; the second ends the process at once,
		signal.Stop(signals)
		stop() // from when on somebody may have heard of the first
	}()
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "helpdesk:", err)
	if _, wrong := errors.AsType[usageError](err); wrong {
		os.Exit(2)
	}
	os.Exit(1)
}

// command is one thing the program does.
type command struct {
	name, does string
	run        func(ctx context.Context, p *program, args []string) error
}

func commands() []command {
	return []command{
		{"serve", "serve the desk over HTTP until a signal comes", serve},
		{"token", "print the API token of the user with the address --email", printToken},
		{"platform-app", "make a platform app called --name and print its token, this once", makePlatformApp},
		{"migrate", "bring the database's schema to this version's", migrate},
		{"version", "print the version", printVersion},
	}
}

// program is what a command has of the world around it.
type program struct {
	env func(string) string // "" = not set
	out io.Writer           // for people and scripts
	log io.Writer           // for operators
}

// run is the program without its process: it returns when the command is done,
// or when ctx ended and everything was stopped in order.
func run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) error {
	p := &program{env: env, out: stdout, log: stderr}
	if len(args) == 0 {
		return usageError{"a command is missing\n\n" + usage()}
	}
	if h := args[0]; h == "help" || h == "-h" || h == "--help" {
		_, err := io.WriteString(stdout, usage())
		return err
	}
	for _, c := range commands() {
		if c.name == args[0] {
			err := c.run(ctx, p, args[1:])
			if errors.Is(err, flag.ErrHelp) {
				return nil
			}
			return err
		}
	}
	return usageError{fmt.Sprintf("there is no command %q\n\n%s", args[0], usage())}
}

func usage() string {
	text := "helpdesk is a customer-support desk in one binary.\n\nCommands:\n"
	for _, c := range commands() {
		text += fmt.Sprintf("  helpdesk %-12s %s\n", c.name, c.does)
	}
	return text + "\n" + settingsHelp
}
