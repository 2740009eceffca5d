package helpdesk

import (
	"errors"
	"fmt"
	"math"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
	"github.com/expr-lang/expr/vm/runtime"
)

// How a rule decides
//
// A condition becomes the source of an expression over RuleEnv, and that a
// program; what people write themselves is such a source already. A condition
// means here what it means in a filter, where a store makes SQL of it; a property
// test keeps the two equal.

// expression writes a rule's checked condition as the expression it means.
func expression(c Cond) string {
	var w exprWriter
	w.cond(c)
	return w.String()
}

type exprWriter struct{ strings.Builder }

func (w *exprWriter) cond(c Cond) {
	switch {
	case len(c.And) > 0:
		w.join(c.And, " and ")
	case len(c.Or) > 0:
		w.join(c.Or, " or ")
	case c.Not != nil:
		w.WriteString("not ")
		w.cond(*c.Not)
	case c.Field == "":
		w.WriteString("true")
	default:
		w.leaf(c)
	}
}

func (w *exprWriter) join(list []Cond, word string) {
	w.WriteString("(")
	for i, c := range list {
		if i > 0 {
			w.WriteString(word)
		}
		w.cond(c)
	}
	w.WriteString(")")
}

func (w *exprWriter) leaf(c Cond) {
	if positive, negative := map[Op]Op{NotEqual: Equal, NotContains: Contains, NotPresent: Present}[c.Op]; negative {
		w.WriteString("not ")
		c.Op = positive
	}
	switch {
	case c.Op == AttributeMoved:
		w.moved(c)
	case c.Field == channelGroupField && !c.Custom:
		w.groups(c)
	case c.Type == LabelsField:
		w.labels(c)
	case c.Type == CheckboxField:
		w.checkbox(c)
	default:
		w.compare(c)
	}
}

// side is the record that a field belongs to.
func side(c Cond) string {
	if c.Model == ContactAttribute {
		return "contact"
	}
	return "conversation"
}

func (w *exprWriter) any(c Cond, one func(v any) string) {
	parts := make([]string, len(c.Values))
	for i, v := range c.Values {
		parts[i] = one(v)
	}
	if len(parts) == 0 {
		parts = []string{"false"}
	}
	w.WriteString("(" + strings.Join(parts, " or ") + ")")
}

func (w *exprWriter) labels(c Cond) { w.among(c, side(c)+".labels") }

func (w *exprWriter) groups(c Cond) { w.among(c, side(c)+".channel_group_ids") }

// among asks whether a list holds any of the values, or anything.
func (w *exprWriter) among(c Cond, list string) {
	if c.Op == Present {
		w.WriteString("(len(" + list + ") > 0)")
		return
	}
	w.any(c, func(v any) string { return exprValue(v) + " in " + list })
}

func (w *exprWriter) checkbox(c Cond) {
	is := side(c) + ".blocked"
	if c.Custom {
		is = side(c) + ".checks[" + strconv.Quote(c.Field) + "]"
	}
	w.any(c, func(v any) string { return fmt.Sprintf("%s == %t", is, v == true) })
}

// compare compares one value of a record; there may be none.
func (w *exprWriter) compare(c Cond) {
	is, there := exprField(c)
	switch c.Op {
	case Present:
		w.WriteString("(" + there + ")")
	case Equal:
		w.any(c, func(v any) string { return guarded(c, there, is+" == "+exprValue(v)) })
	case Contains:
		if c.Type == NumberField {
			is = "string(" + is + ")"
		}
		w.any(c, func(v any) string { return is + " contains " + exprValue(v) })
	case StartsWith:
		w.any(c, func(v any) string { return is + " startsWith " + exprValue(v) })
	case Greater:
		w.any(c, func(v any) string { return guarded(c, there, is+" > "+exprValue(v)) })
	case DaysBefore:
		w.any(c, func(v any) string { return there + " and " + exprAge(c) + " > " + exprValue(v) })
	case Less:
		w.any(c, func(v any) string { return there + " and " + is + " < " + exprValue(v) })
	default:
		w.WriteString("false")
	}
}

// guarded asks first whether there is a number: what is missing is read as 0.
func guarded(c Cond, there, compared string) string {
	if c.Type == NumberField {
		return there + " and " + compared
	}
	return compared
}

// exprField is where a rule finds what is asked about, and how it says that there
// is something.
func exprField(c Cond) (is, there string) {
	at, key := side(c)+".", strconv.Quote(c.Field)
	switch {
	case c.Custom && c.Type == NumberField:
		return at + "numbers[" + key + "]", key + " in " + at + "numbers"
	case c.Custom && c.Type == DayField:
		return at + "days[" + key + "]", key + " in " + at + "days"
	case c.Custom:
		return at + "texts[" + key + "]", key + " in " + at + "texts"
	case c.Type == TextField:
		return "folded." + c.Field, "folded." + c.Field + ` != ""`
	case c.Type == TimeField:
		is = at + strings.TrimSuffix(c.Field, "_at") + "_day"
		return is, is + ` != ""`
	case c.Type == RefField:
		return at + c.Field, at + c.Field + " != 0"
	}
	switch c.Field {
	case "campaign_id":
		return at + c.Field, at + "has_campaign"
	case "message_type":
		return "message.type", `message.type != ""`
	case "display_id":
		return at + c.Field, "true"
	default:
		return at + c.Field, at + c.Field + ` != ""`
	}
}

// exprAge is how many days ago a date or time was.
func exprAge(c Cond) string {
	if c.Custom {
		return side(c) + ".ages[" + strconv.Quote(c.Field) + "]"
	}
	if c.Field == "created_at" {
		return side(c) + ".age"
	}
	return side(c) + "." + strings.TrimSuffix(c.Field, "_at") + "_age"
}

func exprValue(v any) string {
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return strconv.FormatFloat(v, 'f', 1, 64)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Time:
		return strconv.Quote(v.Format(time.DateOnly))
	default:
		text, _ := v.(string)
		return strconv.Quote(text)
	}
}

// moved asks whether the event changed the field from one of the first values to
// one of the second; an empty list is anything.
func (w *exprWriter) moved(c Cond) {
	key := strconv.Quote(c.Field)
	if c.Custom {
		key = strconv.Quote(changedAttribute + c.Field)
	}
	at := "changed[" + key + "]"
	parts := []string{key + " in changed"}
	for i, end := range []string{".from", ".to"} {
		list, _ := c.Values[i].([]any)
		var any []string
		for _, v := range list {
			text, _ := valueText(v)
			if text == "nil" {
				text = ""
			}
			any = append(any, at+end+" == "+strconv.Quote(text))
		}
		if len(any) > 0 {
			parts = append(parts, "("+strings.Join(any, " or ")+")")
		}
	}
	w.WriteString("(" + strings.Join(parts, " and ") + ")")
}

// Bounds of an expression that people write. expr has no fuel, and goes through a
// list in a list in a list as often as it is told.
const (
	maxExprSource  = 4000 // bytes
	maxExprNodes   = 300
	maxExprPattern = 500 // steps of a regular expression
)

// exprBuiltins are the functions of an expression: those that give no more than
// they are given.
var exprBuiltins = []string{"len", "lower", "upper", "trim", "string", "int", "float", "abs", "min", "max", "any", "all", "none", "one", "count"}

// guardedExpression checks an expression that people wrote, and compiles it. The
// error points at what is wrong.
func guardedExpression(source string) (*vm.Program, error) { return guardedOver(RuleEnv{}, source) }

// guardedOver is guardedExpression for another environment.
func guardedOver(env any, source string) (*vm.Program, error) {
	if err := guardExpression(source); err != nil {
		return nil, err
	}
	return compileOver(env, source, maxExprNodes, expr.AsBool())
}

// guardExpression refuses what could take long, whatever it is asked about.
func guardExpression(source string) error {
	if len(source) > maxExprSource {
		return fmt.Errorf("is too long (maximum is %d bytes)", maxExprSource)
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return err
	}
	g := &exprGuard{}
	ast.Walk(&tree.Node, g)
	if g.fault != "" {
		return errors.New(g.fault)
	}
	return nil
}

// compileExpression makes a program of a source.
func compileExpression(source string, nodes uint) (*vm.Program, error) {
	return compileOver(RuleEnv{}, source, nodes, expr.AsBool())
}

func compileOver(env any, source string, nodes uint, options ...expr.Option) (*vm.Program, error) {
	options = append(options, expr.Env(env), expr.MaxNodes(nodes), expr.DisableAllBuiltins())
	for _, name := range exprBuiltins {
		options = append(options, expr.EnableBuiltin(name))
	}
	return expr.Compile(source, options...)
}

// exprGuard refuses what could take long or much memory.
type exprGuard struct{ fault string }

func (g *exprGuard) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		g.fault = "must be one expression, without let"
	case *ast.BinaryNode:
		if n.Operator == ".." {
			g.fault = "must not make lists of numbers"
		}
		pattern, fixed := n.Right.(*ast.StringNode)
		if n.Operator == "matches" && (!fixed || costly(pattern.Value)) {
			g.fault = "must match a simple pattern that stands in it"
		}
	case *ast.PredicateNode:
		if ast.Find(n.Node, func(inner ast.Node) bool { _, is := inner.(*ast.PredicateNode); return is }) != nil {
			g.fault = "must not go through a list within a list"
		}
	case *ast.BuiltinNode:
		g.known(n.Name)
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok {
			g.known(name.Value)
		}
	}
}

// known refuses functions that are not of exprBuiltins: expr leaves those that go
// through lists switched on.
func (g *exprGuard) known(name string) {
	if _, there := builtin.Index[name]; there && !slices.Contains(exprBuiltins, name) {
		g.fault = fmt.Sprintf("must not use %s", name)
	}
}

// costly reports whether a pattern makes matching slow. Patterns take no more than
// linear time, but a repetition multiplies it.
func costly(pattern string) bool {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return false // expr says what is wrong with it
	}
	prog, err := syntax.Compile(tree.Simplify())
	return err == nil && len(prog.Inst) > maxExprPattern
}

// programs keeps what was compiled, by source: compiling costs a hundred runs.
// Rules mostly differ in a text or a number alone, so programs share their code and
// their fields: the less a thousand of them read, the more of it is in the processor's
// cache, and that is most of what they cost.
type programs struct {
	mu     sync.Mutex
	seen   map[string]*vm.Program
	codes  map[string]*vm.Program    // one of each shape
	fields map[string]*runtime.Field // of environments
}

const maxPrograms = 10_000

func (p *programs) get(source string, compile func(string) (*vm.Program, error)) (*vm.Program, error) {
	p.mu.Lock()
	found := p.seen[source]
	p.mu.Unlock()
	if found != nil {
		return found, nil
	}
	made, err := compile(source)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil || len(p.seen) >= maxPrograms {
		p.seen, p.codes, p.fields = make(map[string]*vm.Program), make(map[string]*vm.Program), make(map[string]*runtime.Field)
	}
	p.share(made)
	p.seen[source] = made
	return made, nil
}

// share makes a program that nobody runs yet use what others have. None of it
// changes when a program runs.
func (p *programs) share(made *vm.Program) {
	code := fmt.Sprint(made.Bytecode, made.Arguments)
	if like := p.codes[code]; like != nil {
		made.Bytecode, made.Arguments = like.Bytecode, like.Arguments
	} else {
		p.codes[code] = made
	}
	for i, c := range made.Constants {
		field, is := c.(*runtime.Field)
		if !is {
			continue
		}
		name := fmt.Sprint(field.Index, field.Path)
		if p.fields[name] == nil {
			p.fields[name] = field
		}
		made.Constants[i] = p.fields[name]
	}
}
