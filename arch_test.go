package helpdesk_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gohelpdesk/helpdesk"

// What may stand behind the packages every host compiles. Adding a module here
// is a decision: write it into DESIGN.md.
var (
	rootImports = []string{
		"code.dny.dev/ssrf",
		"github.com/dlclark/regexp2",
		"github.com/expr-lang/expr",
		"github.com/google/uuid",
		"github.com/nyaruka/phonenumbers",
		"github.com/osteele/liquid",
		"github.com/pquerna/otp", // codes of the second factor: not ours to get wrong
		"golang.org/x/crypto",
		"golang.org/x/image",
		"golang.org/x/text",
	}
	rootModules = append(slices.Clone(rootImports),
		"github.com/boombuler/barcode",                   // of otp
		"github.com/osteele/tuesday", "gopkg.in/yaml.v2", // of liquid
		"golang.org/x/sys",           // of x/crypto
		"google.golang.org/protobuf", // of phonenumbers
	)
	storeModules = append(slices.Clone(rootModules),
		"github.com/uptrace/bun", "github.com/uptrace/bun/dialect/pgdialect", "github.com/uptrace/bun/dialect/sqlitedialect",
		"github.com/jinzhu/inflection", "github.com/puzpuzpuz/xsync/v3", "github.com/tmthrgd/go-hex",
		"github.com/vmihailenco/msgpack/v5", "github.com/vmihailenco/tagparser/v2", // of bun
		"github.com/jackc/pgx/v5", "github.com/jackc/pgpassfile", "github.com/jackc/pgservicefile", "github.com/jackc/puddle/v2",
		"github.com/pressly/goose/v3", "github.com/mfridman/interpolate", "github.com/sethvargo/go-retry", "go.uber.org/multierr",
		"modernc.org/sqlite", "modernc.org/libc", "modernc.org/mathutil", "modernc.org/memory", "github.com/dustin/go-humanize",
		"github.com/mattn/go-isatty", "github.com/ncruces/go-strftime", "github.com/remyoudompheng/bigfft",
		"golang.org/x/sync",
	)
)

// sqlImports are what only the stores, and examples that play a host with a
// database of its own, may see.
var sqlImports = []string{
	"database/sql", "github.com/uptrace/bun", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3", "modernc.org/sqlite",
}

// httpFiles are the root's files that may name net/http types.
var httpFiles = []string{"attachment.go", "channel.go", "helpdesk.go", "receive.go", "webhook.go", "webhook_post.go"}

const maxFile, maxFunc = 500, 80 // lines

// source is one Go file of the house.
type source struct {
	name    string // path from the root of the repository, with slashes
	file    *ast.File
	fset    *token.FileSet
	imports []string
	lines   int
}

func (s *source) dir() string         { return path.Dir(s.name) }
func (s *source) test() bool          { return strings.HasSuffix(s.name, "_test.go") }
func (s *source) inRoot() bool        { return s.dir() == "." }
func (s *source) line(n ast.Node) int { return s.fset.Position(n.Pos()).Line }

// area is the first folder, or "." for the root.
func (s *source) area() string {
	area, _, _ := strings.Cut(s.dir(), "/")
	return area
}

// under says whether the file is below one of the folders.
func (s *source) under(folders ...string) bool { return slices.Contains(folders, s.area()) }

// local is the folder of an imported package of this module: "." for the root.
func local(imported string) (string, bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// rule is something the shape of the code promises.
type rule struct {
	name  string
	says  string // the rule, for whoever broke it
	way   string // and the way out
	check func(house []*source) []string
}

// each makes a check of one file a check of the whole house. Tests are let off:
// they may wire whatever they need.
func each(check func(s *source) []string) func([]*source) []string {
	return func(house []*source) (found []string) {
		for _, s := range house {
			if !s.test() {
				found = append(found, check(s)...)
			}
		}
		return found
	}
}

// eachImport reports the imports of shipped files that are wrong.
func eachImport(wrong func(s *source, imported string) bool) func([]*source) []string {
	return each(func(s *source) (found []string) {
		for _, i := range s.imports {
			if wrong(s, i) {
				found = append(found, fmt.Sprintf("%s imports %s", s.name, i))
			}
		}
		return found
	})
}

func rules() []rule {
	return []rule{
		{
			"root imports little",
			"Package helpdesk imports the standard library and: " + strings.Join(rootImports, ", ") + ".",
			"Put the code that needs another library into a leaf package behind a small interface of the root.",
			eachImport(func(s *source, i string) bool {
				return s.inRoot() && !standard(i) && !within(i, rootImports)
			}),
		},
		{
			"adapters know only the root",
			"Packages under channel/, store/ and server/ import the root and what is below their own folder, never a sibling. " +
				"What siblings share is in the area's internal folder.",
			"Move what both need into channel/internal, store/internal or server/internal, or let the root's contract carry it.",
			eachImport(func(s *source, i string) bool {
				to, ours := local(i)
				if !ours || to == "." || !s.under("channel", "store", "server") || suite(s.dir()) {
					return false
				}
				return !near(s.dir(), to)
			}),
		},
		{
			"only cmd and examples wire",
			"Adapters meet only in cmd/, examples/ and tests.",
			"Take an interface of the root as an argument, and let the command pass the adapter in.",
			eachImport(func(s *source, i string) bool {
				to, ours := local(i)
				area, _, _ := strings.Cut(to, "/")
				adapter := ours && slices.Contains([]string{"channel", "store", "server"}, area)
				return adapter && area != s.area() && !s.under("cmd", "examples")
			}),
		},
		{
			"SQL stays in the stores",
			"database/sql, bun, migrations and drivers occur only under store/ (and in examples, which play the host).",
			"Say in the Store's contract what is needed, and implement it under store/.",
			eachImport(func(s *source, i string) bool {
				return within(i, sqlImports) && !s.under("store", "examples")
			}),
		},
		{
			"HTTP stays at the edge",
			"net/http occurs only under server/, channel/, cmd/ and examples/, and in the root's " + strings.Join(httpFiles, ", ") + ".",
			"Translate at the edge: the root takes values. What must dial out goes through Options.HTTPClient in one of the named files.",
			eachImport(func(s *source, i string) bool {
				named := s.inRoot() && slices.Contains(httpFiles, s.name)
				return i == "net/http" && !named && !s.under("server", "channel", "cmd", "examples")
			}),
		},
		{
			"suites are for tests",
			"Packages whose name ends in test are imported only from _test.go files and from each other.",
			"Move what a program needs out of the suite.",
			eachImport(func(s *source, i string) bool {
				to, ours := local(i)
				return ours && suite(to) && !suite(s.dir())
			}),
		},
		{
			"the top is flat",
			"Go code lives in the root and under channel, store, server, cmd and examples; bench may hold benchmarks.",
			"Name the thing after its noun: a file in the root, or a folder of its area.",
			func(house []*source) (found []string) {
				for _, s := range house {
					if !s.under(".", "channel", "store", "server", "cmd", "examples", "bench") {
						found = append(found, s.name+" is somewhere else")
					}
				}
				return found
			},
		},
		{
			"files and functions are small",
			fmt.Sprintf("No file is longer than %d lines, no function longer than %d.", maxFile, maxFunc),
			"Split the file by noun, the function by step.",
			each(tooLong),
		},
		{
			"nothing runs by itself",
			"There are no init functions.",
			"Do it in New, or in the function that needs it.",
			each(func(s *source) (found []string) {
				for _, d := range s.file.Decls {
					if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
						found = append(found, fmt.Sprintf("%s:%d has an init function", s.name, s.line(f)))
					}
				}
				return found
			}),
		},
		{
			"no state outside an Engine",
			"The root has no package-level variable that changes: two engines live in one process. Compiled tables and errors are fine, if nothing assigns to them.",
			"Make it a field of the Engine, a constant, or a function that returns the table.",
			mutableVars,
		},
		{
			"one place begins transactions",
			"bun's RunInTx is called at most once: a nested one hands the inner function the outer context.",
			"Use the store's Update, View or System.",
			func(house []*source) []string {
				found := each(callsOf("RunInTx"))(house)
				if len(found) < 2 {
					return nil
				}
				return found
			},
		},
	}
}

func TestArchitecture(t *testing.T) {
	t.Parallel()
	house := load(t)
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for _, found := range r.check(house) {
				t.Errorf("%s\n  rule: %s\n  way out: %s", found, r.says, r.way)
			}
		})
	}
}

// TestModules looks through to what the imports import.
func TestModules(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("SKIPPED: the go command is not in PATH, so that the modules behind the root are not known")
	}
	for folder, allowed := range map[string][]string{".": rootModules, "store/sqlite": storeModules, "store/postgres": storeModules} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./"+folder)
			list.Stderr = os.Stderr
			out, err := list.Output()
			if err != nil {
				t.Fatal(err)
			}
			behind := map[string]bool{}
			for _, m := range strings.Fields(string(out)) {
				behind[m] = true
			}
			for _, m := range slices.Sorted(maps.Keys(behind)) {
				if m != module && !slices.Contains(allowed, m) {
					t.Errorf("%s makes every host compile %s\n  rule: only the modules listed in arch_test.go stand behind it\n"+
						"  way out: import it in a leaf package; or decide for it, in DESIGN.md and in the list", folder, m)
				}
			}
		})
	}
}

// TestArchitectureRules breaks each rule once: a guard that never barked may be
// asleep.
func TestArchitectureRules(t *testing.T) {
	t.Parallel()
	imports := func(i string) string { return "package x\nimport _ \"" + i + "\"" }
	cases := []struct {
		rule, file, text string
		broken           bool
	}{
		{"root imports little", "a.go", imports("golang.org/x/time/rate"), true},
		{"root imports little", "a.go", imports("golang.org/x/text/cases"), false},
		{"adapters know only the root", "store/sqlite/a.go", imports(module + "/store/postgres"), true},
		{"adapters know only the root", "server/hooks/a.go", imports(module + "/server/chatwoot"), true},
		{"adapters know only the root", "channel/email/a.go", imports(module + "/channel/internal/wire"), false},
		{"adapters know only the root", "channel/email/a.go", imports(module + "/channel/email/mime"), false},
		{"only cmd and examples wire", "a.go", imports(module + "/store/sqlite"), true},
		{"only cmd and examples wire", "cmd/helpdesk/a.go", imports(module + "/store/sqlite"), false},
		{"only cmd and examples wire", "server/chatwoot/a_test.go", imports(module + "/store/sqlite"), false},
		{"SQL stays in the stores", "server/chatwoot/a.go", imports("database/sql"), true},
		{"SQL stays in the stores", "message.go", imports("github.com/uptrace/bun/schema"), true},
		{"SQL stays in the stores", "store/internal/bunstore/a.go", imports("github.com/uptrace/bun"), false},
		{"HTTP stays at the edge", "message.go", imports("net/http"), true},
		{"HTTP stays at the edge", "store/sqlite/a.go", imports("net/http"), true},
		{"HTTP stays at the edge", "receive.go", imports("net/http"), false},
		{"suites are for tests", "cmd/helpdesk/a.go", imports(module + "/store/storetest"), true},
		{"suites are for tests", "store/sqlite/a_test.go", imports(module + "/store/storetest"), false},
		{"the top is flat", "internal/a.go", "package x", true},
		{"the top is flat", "utils/a_test.go", "package x", true},
		{"files and functions are small", "a.go", "package x" + strings.Repeat("\n", maxFile+1), true},
		{"files and functions are small", "a.go", "package x\nfunc f() {" + strings.Repeat("\n", maxFunc) + "}", true},
		{"files and functions are small", "a.go", "package x\nfunc f() {" + strings.Repeat("\n", maxFunc-1) + "}\n", false},
		{"nothing runs by itself", "store/sqlite/a.go", "package x\nfunc init() {}", true},
		{"no state outside an Engine", "a.go", "package x\nvar cache map[string]int", true},
		{"no state outside an Engine", "a.go", "package x\nvar n = 1\nfunc f() { n++ }", true},
		{"no state outside an Engine", "a.go", "package x\nvar m = map[int]int{}\nfunc f() { m[1] = 2 }", true},
		{"no state outside an Engine", "a.go", "package x\nvar m = map[int]int{}\nfunc f() { delete(m, 1) }", true},
		{"no state outside an Engine", "a.go", "package x\nvar n = 1\nfunc f() *int { return &n }", true},
		{"no state outside an Engine", "a.go", "package x\nimport \"sync\"\nvar pool = sync.Pool{}", false},
		{"no state outside an Engine", "a.go", "package x\nvar n = 1\nfunc f() { n := 2; n++ }", false},
		{"one place begins transactions", "store/a.go", "package x\nfunc f() { db.RunInTx(); tx.RunInTx() }", true},
		{"one place begins transactions", "store/a.go", "package x\nfunc f() { db.RunInTx() }", false},
	}
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			all := rules()
			i := slices.IndexFunc(all, func(r rule) bool { return r.name == c.rule })
			if i < 0 {
				t.Fatalf("no rule is called %q", c.rule)
			}
			found := all[i].check([]*source{parse(t, c.file, []byte(c.text))})
			if (len(found) > 0) != c.broken {
				t.Errorf("%s with %.80q: broken should be %v; found %q", c.file, c.text, c.broken, found)
			}
		})
	}
}

// load parses every Go file of the repository, whatever its build tags.
func load(t *testing.T) []*source {
	t.Helper()
	var house []*source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != "." && (strings.HasPrefix(base, ".") || base == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err == nil {
			house = append(house, parse(t, filepath.ToSlash(name), text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return house
}

func parse(t *testing.T, name string, text []byte) *source {
	t.Helper()
	s := &source{name: name, fset: token.NewFileSet()}
	var err error
	if s.file, err = parser.ParseFile(s.fset, name, text, 0); err != nil {
		t.Fatal(err)
	}
	for _, i := range s.file.Imports {
		s.imports = append(s.imports, strings.Trim(i.Path.Value, `"`))
	}
	s.lines = strings.Count(strings.TrimSuffix(string(text), "\n"), "\n") + 1
	return s
}

// standard says whether an import is of the standard library.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// within says whether an import is one of the packages or below one.
func within(imported string, packages []string) bool {
	return slices.ContainsFunc(packages, func(p string) bool {
		return imported == p || strings.HasPrefix(imported, p+"/")
	})
}

// suite says whether a folder is a package of test helpers.
func suite(folder string) bool { return strings.HasSuffix(path.Base(folder), "test") }

// near says whether folder to is below the adapter that from belongs to
// ("store/sqlite" of "store/sqlite/x"), or in the area's internal folder.
func near(from, to string) bool {
	parts := strings.Split(from, "/")
	own := strings.Join(parts[:min(2, len(parts))], "/")
	return within(to, []string{own, parts[0] + "/internal"})
}

func tooLong(s *source) (found []string) {
	if s.lines > maxFile {
		found = append(found, fmt.Sprintf("%s has %d lines", s.name, s.lines))
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := s.fset.Position(f.End()).Line - s.line(f) + 1; n > maxFunc {
			found = append(found, fmt.Sprintf("%s:%d: %s has %d lines", s.name, s.line(f), f.Name.Name, n))
		}
	}
	return found
}

func callsOf(method string) func(*source) []string {
	return func(s *source) (found []string) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == method {
				found = append(found, fmt.Sprintf("%s:%d uses %s", s.name, s.line(n), method))
			}
			return true
		})
		return found
	}
}

// mutableVars reports the root's package-level variables that have no value
// from the start, or that something assigns to.
func mutableVars(house []*source) (found []string) {
	vars := map[string]*ast.ValueSpec{}
	root := slices.DeleteFunc(slices.Clone(house), func(s *source) bool { return !s.inRoot() || s.test() })
	for _, s := range root {
		for _, d := range s.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for _, name := range v.Names {
					vars[name.Name] = v
					if name.Name != "_" && len(v.Values) == 0 {
						found = append(found, fmt.Sprintf("%s:%d: %s starts without a value", s.name, s.line(name), name.Name))
					}
				}
			}
		}
	}
	for _, s := range root {
		ast.Inspect(s.file, func(n ast.Node) bool {
			for _, target := range changed(n) {
				// A name that the parser resolved to something else is a local one.
				name := base(target)
				if name == nil || name.Name == "_" || vars[name.Name] == nil || name.Obj != nil && name.Obj.Decl != vars[name.Name] {
					continue
				}
				found = append(found, fmt.Sprintf("%s:%d: %s is changed, or may be through its address", s.name, s.line(n), name.Name))
			}
			return true
		})
	}
	return found
}

// changed lists what a node changes, or lets others change.
func changed(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
			return n.Args[:1]
		}
	}
	return nil
}

// base is the variable an expression reaches into: x of x.f[1].
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}
