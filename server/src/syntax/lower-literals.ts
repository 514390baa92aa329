import type { ConstantExpr, Expr, FStringExpr } from "./facts";
import { childIn, children, endOf, isBroken, kindOf, type Lowering, NONE, startOf, textOf } from "./lower-context";
import { lowerExpr, unknownExpr } from "./lower-expressions";

/** `10`, `0x_ff`, `0o17`, `0b1`, and Python 2's `0777` and `10L`. */
export function lowerInteger(cx: Lowering, node: number): ConstantExpr {
	return number(cx, node, integerValue(textOf(cx, node).replaceAll("_", "")));
}

export function lowerFloat(cx: Lowering, node: number): ConstantExpr {
	const text = textOf(cx, node).replaceAll("_", "");
	const value = /[jJ]$/.test(text) ? Number.NaN : Number(text);
	return number(cx, node, value);
}

export function number(cx: Lowering, node: number, value: number | undefined): ConstantExpr {
	const kept = value !== undefined && Number.isFinite(value) ? value : undefined;
	return { kind: "constant", type: "number", value: kept, start: startOf(cx, node), end: endOf(cx, node) };
}

function integerValue(text: string): number | undefined {
	if (/[jJ]$/.test(text)) return undefined;
	const digits = text.replace(/[lL]$/, "");
	const value = Number(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
	return Number.isSafeInteger(value) ? value : undefined;
}

/** One string literal, or several side by side. */
export function lowerString(cx: Lowering, node: number): Expr {
	const literals = kindOf(cx, node) === "string" ? [node] : children(cx, node);
	if (literals.some((literal) => isBroken(cx, literal))) return unknownExpr(cx, node);
	const prefixes = literals.map((literal) => prefixOf(cx, literal));
	const span = { start: startOf(cx, node), end: endOf(cx, node) };
	// A template string is no string.
	if (prefixes.some((prefix) => prefix.includes("t"))) return unknownExpr(cx, node);
	if (prefixes.some((prefix) => prefix.includes("b"))) {
		return { kind: "constant", type: "bytes", value: undefined, ...span };
	}
	if (prefixes.some((prefix) => prefix.includes("f"))) return lowerFString(cx, literals, span);
	const value = literals.map((literal, index) => plainValue(cx, literal, prefixes[index] ?? "")).join("");
	return { kind: "constant", type: "string", value, ...span };
}

function lowerFString(cx: Lowering, literals: readonly number[], span: { start: number; end: number }): FStringExpr {
	const parts: (string | Expr)[] = [];
	for (const literal of literals) {
		const prefix = prefixOf(cx, literal);
		if (prefix.includes("f")) addFormatted(cx, literal, prefix, parts);
		else addText(parts, plainValue(cx, literal, prefix));
	}
	return { kind: "fstring", parts, ...span };
}

function addText(parts: (string | Expr)[], text: string): void {
	if (text === "") return;
	const last = parts.at(-1);
	if (typeof last === "string") parts[parts.length - 1] = last + text;
	else parts.push(text);
}

function addFormatted(cx: Lowering, literal: number, prefix: string, parts: (string | Expr)[]): void {
	const raw = prefix.includes("r");
	let from = startOf(cx, literal) + prefix.length + quoteLength(cx, literal, prefix);
	const until = endOf(cx, literal) - quoteLength(cx, literal, prefix);
	const text = (to: number): string =>
		resolve(cx.text.slice(from, to), raw).replaceAll("{{", "{").replaceAll("}}", "}");
	for (const child of children(cx, literal)) {
		if (kindOf(cx, child) !== "interpolation") continue;
		addText(parts, text(startOf(cx, child)));
		parts.push(lowerInterpolation(cx, child));
		from = endOf(cx, child);
	}
	addText(parts, text(until));
}

/** `{value}`; with `!r`, `:format` or `=` the text is not the value's, so that is unknown around the value. */
function lowerInterpolation(cx: Lowering, node: number): Expr {
	const value = childIn(cx, node, "expression");
	const isPlain = children(cx, node).length === 1 && !/=\s*\}$/.test(textOf(cx, node));
	return isPlain && value !== NONE && !isBroken(cx, node) ? lowerExpr(cx, value) : unknownExpr(cx, node);
}

function prefixOf(cx: Lowering, literal: number): string {
	const start = startOf(cx, literal);
	let end = start;
	while (isLetter(cx.text.charCodeAt(end))) end++;
	return cx.text.slice(start, end).toLowerCase();
}

function isLetter(code: number): boolean {
	return (code | 32) >= 0x61 && (code | 32) <= 0x7a;
}

function quoteLength(cx: Lowering, literal: number, prefix: string): 1 | 3 {
	const at = startOf(cx, literal) + prefix.length;
	const quote = cx.text[at] ?? "";
	// Six characters at least: `""` is an empty string, not half of a `"""`.
	const isTriple = endOf(cx, literal) - at >= 6 && cx.text.startsWith(quote.repeat(3), at);
	return isTriple ? 3 : 1;
}

function plainValue(cx: Lowering, literal: number, prefix: string): string {
	const quote = quoteLength(cx, literal, prefix);
	const body = cx.text.slice(startOf(cx, literal) + prefix.length + quote, endOf(cx, literal) - quote);
	return resolve(body, prefix.includes("r"));
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
	"\\": "\\",
	"'": "'",
	'"': '"',
	a: "\x07",
	b: "\b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
	"\n": "",
};

const ESCAPE = /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|[\s\S])/g;

/** Line ends as Python reads them, then the escapes. Unknown ones (and `\N{…}`) stay as they are, as in Python. */
function resolve(body: string, raw: boolean): string {
	const text = body.includes("\r") ? body.replaceAll(/\r\n?/g, "\n") : body;
	if (raw || !text.includes("\\")) return text;
	return text.replaceAll(ESCAPE, (whole, code: string) => SIMPLE_ESCAPES[code] ?? numbered(code) ?? whole);
}

function numbered(code: string): string | undefined {
	if (/^[0-7]/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
	if (!/^[xuU]./.test(code)) return undefined;
	const point = Number.parseInt(code.slice(1), 16);
	return point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
}
