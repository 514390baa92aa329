import { beforeAll, describe, expect, test } from "vitest";
import type { PythonParser } from "./parser";
import { testParser } from "./test-parser";
import { printFacts } from "./test-print";

let parser: PythonParser;
beforeAll(async () => {
	parser = await testParser();
});

/** Python on the left, facts on the right; `⏎` is a line end. */
function table(name: string, rows: readonly (readonly [python: string, facts: string])[]): void {
	describe(name, () => {
		test.each(rows)("%s", (python, facts) => {
			const text = python.replaceAll("⏎", "\n");
			expect(printFacts(parser.parse(text)).replaceAll(/\n\t*/g, " ")).toBe(facts);
		});
	});
}

table("imports", [
	["import a", "(import a)"],
	["import a.b as c, d . e", "(import a.b=>c d.e)"],
	["from a.b import c as d, e", "(import-from a.b c=>d e)"],
	["from . import a", "(import-from . a)"],
	["from ...a.b import c", "(import-from ...a.b c)"],
	["from a import *", "(import-from a *)"],
	["from a import (b, # why⏎ c as d,)", '(import-from a b c=>d) (comment "# why")'],
	["from __future__ import annotations, division as d", "(import-from __future__ annotations division=>d)"],
]);

table("functions", [
	["def f(): pass", "(def f [] body: (pass))"],
	["async def f(): await x", "(async def f [] body: (expr (await x)))"],
	["def f(a, b: int, c=1, d: str = 'x') -> T: pass", '(def f [a b:int c=1 d:str="x"] -> T body: (pass))'],
	["def f(a, b=1, /, c=2): pass", "(def f [/a /b=1 c=2] body: (pass))"],
	["def f(a, *, b, **c): pass", "(def f [a kw:b **c] body: (pass))"],
	["def f(*a: int, b: str, **c: T): pass", "(def f [*a:int kw:b:str **c:T] body: (pass))"],
	["def f[T: int, *U](x: T) -> list[T]: pass", "(def f [x:T] -> ([] list T) body: (pass))"],
	["def f((a, b), c): pass", "(def f [c] body: (pass))"],
	["def f():⏎  yield 1", "(generator def f [] body: (expr (yield 1)))"],
	["def f():⏎  x = yield from g()", "(generator def f [] body: (assign [x] (yield-from (call g))))"],
	["def f():⏎  def g(): yield⏎  return g", "(def f [] body: (generator def g [] body: (expr (yield))) (return g))"],
	["def f(): return lambda: (yield)", "(def f [] body: (return (lambda [] (yield))))"],
	["def f(x=(yield)): pass", "(def f [x=(yield)] body: (pass))"],
	["@a⏎@b.c(d)⏎def f(): pass", "(def f [] @a @(call b.c d) body: (pass))"],
]);

table("classes", [
	["class A: pass", "(class A [] body: (pass))"],
	["class A(): pass", "(class A [] body: (pass))"],
	["class A[T](B, metaclass=C, *d, **e): x = 1", "(class A [B metaclass=C *d **e] body: (assign [x] 1))"],
	["@dataclass(frozen=True)⏎class A: x: int", "(class A [] @(call dataclass frozen=true) body: (annotation x int))"],
]);

table("assignments", [
	["a = 1", "(assign [a] 1)"],
	["a = b = c", "(assign [a b] c)"],
	["a, *b = c", "(assign [(tuple a (* b))] c)"],
	["a, = c", "(assign [(tuple a)] c)"],
	["(a) = c", "(assign [a] c)"],
	["(a,) = c", "(assign [(tuple a)] c)"],
	["(a, (b, c)) = d", "(assign [(tuple a (tuple b c))] d)"],
	["[a, b] = c", "(assign [(list a b)] c)"],
	["a.b = a[0] = c, d", "(assign [a.b ([] a 0)] (tuple c d))"],
	["a: int = 1", "(assign [a] : int 1)"],
	["a: int", "(annotation a int)"],
	["a.b: T", "(annotation a.b T)"],
	["a: List[int] | None = b", "(assign [a] : (| ([] List int) null) b)"],
	["a: 'T' = b", '(assign [a] : "T" b)'],
	["a: tuple[*B] = c", "(assign [a] : ([] tuple (tuple (* B))) c)"],
	["type(a).b = c", "(assign [(call type a).b] c)"],
	["type(a, b)[0].c: d = e", "(assign [([] (call type a b) 0).c] : d e)"],
	["type(a).b = c = d", "(assign [(call type a).b c] d)"],
	["a: x.Y[Z] = b", "(assign [a] : ([] x.Y Z) b)"],
	["a += 1", "(augassign + a 1)"],
	["a[0] //= b, c", "(augassign // ([] a 0) (tuple b c))"],
	["a = yield", "(assign [a] (yield))"],
	["a = yield b, c", "(assign [a] (yield (tuple b c)))"],
	["a = *b, c", "(assign [a] (tuple (* b) c))"],
	["print = 1; match = 2; type = 3", "(assign [print] 1) (assign [match] 2) (assign [type] 3)"],
]);

table("simple statements", [
	["a; b;", "(expr a) (expr b)"],
	["a,", "(expr (tuple a))"],
	["a, b", "(expr (tuple a b))"],
	["del a, b[0], c.d", "(del a ([] b 0) c.d)"],
	["del (a, b)", "(del a b)"],
	["return", "(return)"],
	["return a, b", "(return (tuple a b))"],
	["raise", "(raise)"],
	["raise A() from b", "(raise (call A))"],
	["assert a, b", "(assert a)"],
	["global a, b", "(global a b)"],
	["nonlocal a", "(nonlocal a)"],
	["pass", "(pass)"],
	["break", "(break)"],
	["continue", "(continue)"],
	["# a⏎x  # b", '(expr x) (comment "# a") (comment "# b")'],
]);

table("not modelled", [
	["type X[T] = list[T]", "(unknown-stmt [X])"],
	["print x, f(y)", "(unknown-stmt [] x (call f y))"],
	["print >>f, x", "(unknown-stmt [] f x)"],
	['exec "x = 1" in a', '(unknown-stmt [] "x = 1" a)'],
]);

table("compound statements", [
	["if a: b⏎elif c: d⏎elif e: f⏎else: g", "(if when a: (expr b) when c: (expr d) when e: (expr f) else: (expr g))"],
	["if a: b", "(if when a: (expr b))"],
	["for a, b in c, d: e⏎else: f", "(for (tuple a b) (tuple c d) body: (expr e) else: (expr f))"],
	["async for a in b: c", "(for a b body: (expr c))"],
	["while a: b⏎else: c", "(while a body: (expr b) else: (expr c))"],
	[
		"try: a⏎except B: c⏎except (D, E) as e: f⏎except: g⏎else: h⏎finally: i",
		"(try body: (expr a) except B: (expr c) except (tuple D E)=>e: (expr f) except: (expr g) else: (expr h) finally: (expr i))",
	],
	["try: a⏎except* B as e: c", "(try body: (expr a) except B=>e: (expr c))"],
	["try: a⏎except B, C: d", "(try body: (expr a) except (tuple B C): (expr d))"],
	["with a: b", "(with a body: (expr b))"],
	["with a as b, c as (d, e), f: g", "(with a=>b c=>(tuple d e) f body: (expr g))"],
	["with (a as b, c as d,): e", "(with a=>b c=>d body: (expr e))"],
	["with (a, b): c", "(with a b body: (expr c))"],
	["with (a): b", "(with a body: (expr b))"],
	["with (a) as b.c: d", "(with a=>b.c body: (expr d))"],
	["with f(a) as b[0]: d", "(with (call f a)=>([] b 0) body: (expr d))"],
	["async with a as b: c", "(with a=>b body: (expr c))"],
	["if a:⏎    b⏎    # c⏎else:⏎    d", '(if when a: (expr b) else: (expr d)) (comment "# c")'],
]);

table("match", [
	[
		"match a:⏎  case 1 | 'x' | None | True: b",
		'(match a case (or (value 1) (value "x") (value null) (value true)): (expr b))',
	],
	[
		"match a,:⏎  case x,: c⏎  case y, if z: d",
		"(match (tuple a) case (unknown x): (expr c) case (unknown y) if z: (expr d))",
	],
	["match a, b:⏎  case x, y: c", "(match (tuple a b) case (unknown x y): (expr c))"],
	["match a:⏎  case x if y: c", "(match a case (capture x) if y: (expr c))"],
	["match a:⏎  case _: b", "(match a case _: (expr b))"],
	["match a:⏎  case (x): b", "(match a case (capture x): (expr b))"],
	["match a:⏎  case A.B: b", "(match a case (value A.B): (expr b))"],
	["match a:⏎  case (1 | 2) as x: b", "(match a case (as (or (value 1) (value 2)) x): (expr b))"],
	["match a:⏎  case -1 | _: b", "(match a case (or (value (- 1)) _): (expr b))"],
	["match a:⏎  case 1 + 2j: b", "(match a case (value <number>): (expr b))"],
	["match a:⏎  case [x, *y, _]: b", "(match a case (unknown x y): (expr b))"],
	["match a:⏎  case (x,): b", "(match a case (unknown x): (expr b))"],
	["match a:⏎  case {'k': x, **y}: b", "(match a case (unknown x y): (expr b))"],
	["match a:⏎  case P(x, k=y, m=1): b", "(match a case (unknown x y): (expr b))"],
	["match a:⏎  case 'x' 'y': b⏎  case c.d.e: f", '(match a case (value "xy"): (expr b) case (value c.d.e): (expr f))'],
]);

table("expressions", [
	["a.b.c", "(expr a.b.c)"],
	["a[0]", "(expr ([] a 0))"],
	["a[0,]", "(expr ([] a (tuple 0)))"],
	["a[0, b]", "(expr ([] a (tuple 0 b)))"],
	["a[1:b:2]", "(expr ([] a (unknown 1 b 2)))"],
	["a[:, 0]", "(expr ([] a (tuple (unknown) 0)))"],
	["f()", "(expr (call f))"],
	["f(a, *b, c=d, **e)", "(expr (call f a *b c=d **e))"],
	["f(x for x in y)", "(expr (call f (comp-generator x (for x y))))"],
	["f(*range(4), *a.b().c)", "(expr (call f *(call range 4) *(call a.b).c))"],
	["print('', *a.b())", '(expr (call print "" *(call a.b)))'],
	[
		"[*a(b)[0]], {*c(*d())}, (*e.f(), g)",
		"(expr (tuple (list (* ([] (call a b) 0))) (set (* (call c *(call d)))) (tuple (* (call e.f)) g)))",
	],
	["a = *b.c(), d", "(assign [a] (tuple (* (call b.c)) d))"],
	["a[*b]", "(expr ([] a (tuple (* b))))"],
	["ｗｉｄｔｈ.ﬁ", "(expr width.fi)"],
	["f(a)(b).c[d](e)", "(expr (call ([] (call (call f a) b).c d) e))"],
	["print(x)", "(expr (call print x))"],
	["((a))", "(expr a)"],
	["()", "(expr (tuple))"],
	["(a,)", "(expr (tuple a))"],
	["[a, *b]", "(expr (list a (* b)))"],
	["{a, b}", "(expr (set a b))"],
	["{}", "(expr (dict))"],
	["{a: b, **c}", "(expr (dict a:b **:c))"],
	["[a for a, b in c if d if e for f in g]", "(expr (comp-list a (for (tuple a b) c if d if e) (for f g)))"],
	["{a for a in b}", "(expr (comp-set a (for a b)))"],
	["{a: b for a, b in c}", "(expr (comp-dict a: b (for (tuple a b) c)))"],
	["[a async for a in b]", "(expr (comp-list a (for a b)))"],
	["a if b else c", "(expr (if b a c))"],
	["a and b and c", "(expr (and a b c))"],
	["a or b and c or d", "(expr (or a (and b c) d))"],
	["a and (b and c)", "(expr (and a (and b c)))"],
	["not a", "(expr (not a))"],
	["-a ** ~b", "(expr (- (** a (~ b))))"],
	["a + b * c @ d", "(expr (+ a (@ (* b c) d)))"],
	["a << b | c & d", "(expr (| (<< a b) (& c d)))"],
	["a < b <= c", "(expr (compare a < b <= c))"],
	["a is not b", "(expr (compare a is-not b))"],
	["a not in b is c in d", "(expr (compare a not-in b is c in d))"],
	["a is(not b)", "(expr (compare a is (not b)))"],
	["lambda: a", "(expr (lambda [] a))"],
	["lambda a, *b, c=1, **d: e", "(expr (lambda [a *b kw:c=1 **d] e))"],
	["(a := b)", "(expr (:= a b))"],
	["await a", "(expr (await a))"],
	["...", "(expr ...)"],
	["x = (a # why⏎ + b)", '(assign [x] (+ a b)) (comment "# why")'],
	["x = a \\⏎ + b", "(assign [x] (+ a b))"],
]);

table("numbers", [
	["1_000", "(expr 1000)"],
	["0xFF_ff", "(expr 65535)"],
	["0o17", "(expr 15)"],
	["0777", "(expr 511)"],
	["0b101", "(expr 5)"],
	["10L", "(expr 10)"],
	["1.5e-3", "(expr 0.0015)"],
	[".5", "(expr 0.5)"],
	["1_0.0_1", "(expr 10.01)"],
	["1e999", "(expr <number>)"],
	["9007199254740993", "(expr <number>)"],
	["1j", "(expr <number>)"],
	["1.5J", "(expr <number>)"],
]);

table("strings", [
	["'a'", '(expr "a")'],
	["''", '(expr "")'],
	['""""""', '(expr "")'],
	["'''a'b⏎c'''", '(expr "a\'b\\nc")'],
	["'a' \"b\" '''c'''", '(expr "abc")'],
	["u'a'", '(expr "a")'],
	[String.raw`'\n\t\\\'\x41\u00e9\U0001F600\101\q\N{DASH}'`, String.raw`(expr "\n\t\\'Aé😀A\\q\\N{DASH}")`],
	[String.raw`r'\n\''`, String.raw`(expr "\\n\\'")`],
	["'a\\⏎b'", '(expr "ab")'],
	["b'a'", "(expr <bytes>)"],
	["rb'a' b'c'", "(expr <bytes>)"],
	["f'a'", '(expr (f "a"))'],
	["f'a{b}c{{d}}{e.f}'", '(expr (f "a" b "c{d}" e.f))'],
	["'x' f'{a}' rf'\\n' 'y'", '(expr (f "x" a "\\\\ny"))'],
	["f'{a!r}'", "(expr (f (unknown a)))"],
	["f'{a:>{w}}'", "(expr (f (unknown a w)))"],
	["f'{a=}'", "(expr (f (unknown a)))"],
	["f'{a == b}'", "(expr (f (compare a == b)))"],
	["f'{f\"{a}\"}'", "(expr (f (f a)))"],
	["t'{a}'", "(expr (unknown a))"],
]);

table("line ends", [
	["x = 1\r\ny = 2\r\n", "(assign [x] 1) (assign [y] 2)"],
	["x = 1\ry = 2\r# c\rz", '(assign [x] 1) (assign [y] 2) (expr z) (comment "# c")'],
	["x = '''a\r\nb\rc'''", '(assign [x] "a\\nb\\nc")'],
	["if a:\r  b\r", "(if when a: (expr b))"],
	["x = \\\r\n 1  # c\r\n", '(assign [x] 1) (comment "# c")'],
]);

table("broken code", [
	["x = foo(a b)", "has-error (assign [x] (unknown foo a b))"],
	["foo(x=1 y=2)⏎z = 3", "has-error (unknown-stmt [y] (expr (unknown foo 1 2))) (assign [z] 3)"],
	["x = foo.", "has-error (unknown-stmt [x] foo)"],
	["a, b = ", "has-error (unknown-stmt [a b] (tuple a b))"],
	["self.m = f(a,", "has-error (unknown-stmt [] self.m f a)"],
	["model = get(⏎x = 1⏎y = 2", "has-error (unknown-stmt [model x y] get 1 2)"],
	["x = a +⏎b = 3", "has-error (unknown-stmt [x b] x (+ a b) 3)"],
	["def f(a b):⏎  x", "has-error (def f [a] body: (unknown-stmt [] a b) (expr x))"],
	["def f(a⏎  x = 1⏎  return x⏎y = 2", "has-error (unknown-stmt [f a y x] f 1 x 2)"],
	["if x = 5:⏎  a = 1⏎else:⏎  b", "has-error (if when (unknown x): (unknown-stmt [] 5) (assign [a] 1) else: (expr b))"],
	["for x in y⏎  z", "has-error (unknown-stmt [x] x y z)"],
	["class A(⏎  def f(self): x", "has-error (unknown-stmt [A] A) (def f [self] body: (expr x))"],
	["with a as b⏎  x = y", "has-error (unknown-stmt [b x] a b y)"],
	["import a.⏎x = 1", "has-error (unknown-stmt [x a] (unknown-stmt [a] a.x)) (expr 1)"],
	["'abc⏎x = 1", "has-error (unknown-stmt []) (expr abc) (assign [x] 1)"],
	["x = f'{a", "has-error (unknown-stmt [x] a)"],
]);

// The grammar takes a line end for a blank where no statement can end.
table("statements that run into the next line", [
	["x = ⏎y = 2", "(unknown-stmt [x y] x (assign [y] 2))"],
	["model.⏎x = 3", "(unknown-stmt [] model.x 3)"],
	["x = (1,⏎2)", "(assign [x] (tuple 1 2))"],
	['x = """⏎"""', '(assign [x] "\\n")'],
]);
