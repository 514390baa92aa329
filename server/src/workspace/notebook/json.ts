/** JSON whose values know where they stand. Of a notebook nearly all is outputs: what nobody asks for is not kept. */
import { type ParseErrorCode, visit } from "jsonc-parser";
import type { Span } from "../../syntax/facts";

export type JsonNode =
	| (Span & { readonly kind: "string"; readonly value: string })
	| (Span & { readonly kind: "array"; readonly items: readonly JsonNode[] })
	/** Of members with the same name the last counts. */
	| (Span & { readonly kind: "object"; readonly members: ReadonlyMap<string, JsonNode> })
	/** A number, `true`, `false`, `null`. */
	| (Span & { readonly kind: "other" });

export type JsonRead =
	| { readonly ok: true; readonly root: JsonNode }
	/** A clause for a person. */
	| { readonly ok: false; readonly reason: string };

/** A container that has begun and not ended. */
interface Open {
	readonly start: number;
	readonly kind: "array" | "object";
	readonly items: JsonNode[];
	readonly members: Map<string, JsonNode>;
	/** Name of the next member; undefined where it is not kept, nor anything in it. */
	key: string | undefined;
	readonly kept: boolean;
}

/** Reads strict JSON, and `NaN` and `Infinity`, which Python writes. Of objects the members named in `wanted` are kept. */
export function readJson(text: string, wanted: ReadonlySet<string>): JsonRead {
	const open: Open[] = [];
	let root: JsonNode | undefined;
	let fault: { readonly line: number; readonly column: number } | undefined;
	let isExcused = false;

	const isKept = (): boolean => {
		const parent = open.at(-1);
		return parent === undefined || (parent.kept && (parent.kind === "array" || parent.key !== undefined));
	};
	const begin =
		(kind: Open["kind"]) =>
		(start: number): void => {
			open.push({ start, kind, items: [], members: new Map(), key: undefined, kept: isKept() });
		};
	const end = (offset: number, length: number): void => {
		const container = open.pop();
		if (container?.kept) add(closed(container, offset + length));
	};
	const add = (node: JsonNode): void => {
		const parent = open.at(-1);
		if (parent === undefined) root = node;
		else if (parent.kind === "array") parent.items.push(node);
		else if (parent.key !== undefined) parent.members.set(parent.key, node);
	};

	const read = (): void =>
		visit(
			text,
			{
				onObjectBegin: begin("object"),
				onArrayBegin: begin("array"),
				onObjectEnd: end,
				onArrayEnd: end,
				onObjectProperty(name) {
					const object = open.at(-1);
					if (object !== undefined) object.key = wanted.has(name) ? name : undefined;
				},
				onLiteralValue(value: unknown, start, length) {
					if (!isKept()) return;
					const span = { start, end: start + length };
					add(typeof value === "string" ? { kind: "string", value, ...span } : { kind: "other", ...span });
				},
				onError(code, offset, _length, line, column) {
					// The parser passes over such a number, and then misses a value.
					const isNumber = code === INVALID_SYMBOL && isPythonNumber(text, offset);
					const isConsequence = code === VALUE_EXPECTED && isExcused;
					isExcused = isNumber;
					if (!isNumber && !isConsequence) fault ??= { line: line + 1, column: column + 1 };
				},
			},
			{ disallowComments: true },
		);
	try {
		read();
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return { ok: false, reason: "it is nested too deeply" };
	}
	if (fault !== undefined)
		return { ok: false, reason: `it is no valid JSON at line ${fault.line}, column ${fault.column}` };
	return root === undefined ? { ok: false, reason: "it is no valid JSON" } : { ok: true, root };
}

/** `ParseErrorCode` is an enumeration that exists at compile time only. */
const INVALID_SYMBOL: ParseErrorCode.InvalidSymbol = 1;
const VALUE_EXPECTED: ParseErrorCode.ValueExpected = 4;

const PYTHON_NUMBER = /(?:NaN|-?Infinity)\b/y;

/** The parser takes the minus sign for a symbol of its own. */
function isPythonNumber(text: string, offset: number): boolean {
	PYTHON_NUMBER.lastIndex = offset;
	return PYTHON_NUMBER.test(text);
}

function closed({ start, kind, items, members }: Open, end: number): JsonNode {
	return kind === "array" ? { kind, items, start, end } : { kind, members, start, end };
}
