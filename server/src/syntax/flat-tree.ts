import type { Language, Tree, TreeCursor } from "web-tree-sitter";

/**
 * A tree copied out of tree-sitter in one cursor walk, in pre-order, without what the lowering has no use for
 * (comments, brackets, most keywords). Plain numbers: no step of the lowering crosses into WASM, and the walk itself
 * is a loop, so that no depth of nesting can overflow the stack here.
 *
 * A node is its index; 0 is the root.
 */
export interface FlatTree {
	readonly text: string;
	readonly hasError: boolean;
	readonly grammar: Grammar;
	/** Index into `grammar.kinds`. */
	readonly kind: Numbers;
	/** Index into `grammar.fields`; 0 is none. */
	readonly field: Numbers;
	readonly start: Numbers;
	readonly end: Numbers;
	/** The next sibling, -1 when there is none. */
	readonly next: Numbers;
	/** The first index behind the node and everything in it. */
	readonly after: Numbers;
	readonly flags: Numbers;
	/** `start` and `end` of every comment token, alternating. */
	readonly comments: readonly number[];
}

/** Longer than the number of nodes, which nobody asks for. */
export interface Numbers {
	readonly [index: number]: number;
}

/** Set when an ERROR or MISSING node is a child, or is in a child that only holds parts of this node. */
export const BROKEN = 1;
/** Set when an ERROR or MISSING node is anywhere inside. */
export const HOLDS_ERROR = 2;

export const ERROR = "ERROR";
export const MISSING = "MISSING";

/** What the reader does with a node, by its type. */
type Treatment = "drop" | "comment" | "leaf" | "inner" | "string";

export interface Grammar {
	/** Names of node types; those of anonymous ones (tokens) start with an apostrophe: `'=`. */
	readonly kinds: readonly string[];
	readonly fields: readonly string[];
	readonly treatments: readonly Treatment[];
	/** Types whose nodes are only a part of their parent: what breaks them breaks it. */
	readonly structural: readonly boolean[];
	readonly errorKind: number;
	readonly missingKind: number;
}

const LEAVES = new Set([
	"identifier",
	"integer",
	"float",
	"true",
	"false",
	"none",
	"ellipsis",
	"string_start",
	"string_end",
	"type_conversion",
	"wildcard_import",
	"pass_statement",
	"break_statement",
	"continue_statement",
	"keyword_separator",
	"positional_separator",
]);

/** Tokens that tell something their node's type and the other children do not. */
const KEPT_TOKENS = new Set(
	"+ - * / @ % // ** | & ^ << >> ~ < <= == != >= > <> in is and or += -= *= /= @= //= %= **= >>= <<= &= ^= |= _"
		.split(" ")
		.concat("not in", "is not"),
);

const DROPPED = new Set(["line_continuation", "string_content"]);

const STRUCTURAL = new Set([
	"aliased_import",
	"argument_list",
	"as_pattern_target",
	"case_pattern",
	"chevron",
	"class_pattern",
	"complex_pattern",
	"constrained_type",
	"decorator",
	"default_parameter",
	"dict_pattern",
	"dictionary_splat",
	"dictionary_splat_pattern",
	"dotted_name",
	"for_in_clause",
	"format_expression",
	"format_specifier",
	"generic_type",
	"if_clause",
	"import_prefix",
	"interpolation",
	"keyword_argument",
	"keyword_pattern",
	"lambda_parameters",
	"list_pattern",
	"list_splat",
	"list_splat_pattern",
	"member_type",
	"pair",
	"parameters",
	"parenthesized_list_splat",
	"pattern_list",
	"relative_import",
	"slice",
	"splat_pattern",
	"splat_type",
	"tuple_pattern",
	"type",
	"type_parameter",
	"typed_default_parameter",
	"typed_parameter",
	"union_pattern",
	"union_type",
	"with_clause",
	"with_item",
]);

/** The tables the reader goes by, made once per language. */
export function createGrammar(language: Language): Grammar {
	const kinds: string[] = [];
	const treatments: Treatment[] = [];
	for (let id = 0; id < language.types.length; id++) {
		const name = language.types[id] ?? "";
		const named = language.nodeTypeIsNamed(id);
		kinds.push(named ? name : `'${name}`);
		treatments.push(named ? namedTreatment(name) : tokenTreatment(name));
	}
	const errorKind = kinds.push(ERROR) - 1;
	const missingKind = kinds.push(MISSING) - 1;
	treatments.push("inner", "leaf");
	return {
		kinds,
		fields: language.fields.map((name) => name ?? ""),
		treatments,
		structural: kinds.map((name) => STRUCTURAL.has(name)),
		errorKind,
		missingKind,
	};
}

function namedTreatment(name: string): Treatment {
	if (name === "comment") return "comment";
	if (name === "string") return "string";
	if (DROPPED.has(name)) return "drop";
	return LEAVES.has(name) ? "leaf" : "inner";
}

function tokenTreatment(name: string): Treatment {
	return KEPT_TOKENS.has(name) ? "leaf" : "drop";
}

const COLUMNS = ["kind", "field", "start", "end", "next", "after", "flags"] as const;

/** The nodes under construction: `FlatTree` with its columns still growing. */
interface Draft extends Record<(typeof COLUMNS)[number], Int32Array> {
	readonly text: string;
	readonly hasError: boolean;
	readonly grammar: Grammar;
	readonly comments: number[];
	count: number;
	/** The nodes that the cursor is inside of, and the last child so far of each. */
	readonly open: number[];
	readonly lastChild: number[];
}

/** Copies `tree`. `text` is what the spans count in: as long as the parsed text, character by character. */
export function readTree(tree: Tree, text: string, grammar: Grammar): FlatTree {
	// Ordinary code has a node for every five to six characters.
	const capacity = (text.length >> 2) + 16;
	const draft: Draft = {
		text,
		hasError: tree.rootNode.hasError,
		grammar,
		kind: new Int32Array(capacity),
		field: new Int32Array(capacity),
		start: new Int32Array(capacity),
		end: new Int32Array(capacity),
		next: new Int32Array(capacity),
		after: new Int32Array(capacity),
		flags: new Int32Array(capacity),
		comments: [],
		count: 0,
		open: [],
		lastChild: [],
	};
	const cursor = tree.walk();
	try {
		walk(cursor, draft);
	} finally {
		cursor.delete();
	}
	return draft;
}

function grow(draft: Draft): void {
	for (const column of COLUMNS) {
		const longer = new Int32Array(draft[column].length * 2);
		longer.set(draft[column]);
		draft[column] = longer;
	}
}

function walk(cursor: TreeCursor, draft: Draft): void {
	for (;;) {
		const node = visit(cursor, draft);
		if (node >= 0 && cursor.gotoFirstChild()) {
			draft.open.push(node);
			draft.lastChild.push(-1);
			continue;
		}
		if (node >= 0) draft.after[node] = draft.count;
		while (!cursor.gotoNextSibling()) {
			if (!cursor.gotoParent()) return;
			close(draft);
		}
	}
}

/** Takes in the node under the cursor; its index, or -1 when its children are of no interest. */
function visit(cursor: TreeCursor, draft: Draft): number {
	const { grammar } = draft;
	const type = cursor.nodeTypeId;
	const kind = Math.min(type, grammar.errorKind);
	switch (treatmentHere(cursor, kind, draft)) {
		case "drop":
			return -1;
		case "comment":
			draft.comments.push(cursor.startIndex, cursor.endIndex);
			return -1;
		case "leaf":
			leaf(append(cursor, draft, kind), draft);
			return -1;
		case "inner":
			return append(cursor, draft, kind);
		case "string": {
			const node = append(cursor, draft, kind);
			if (draft.hasError || isFormatted(draft.text, draft.start[node] ?? 0)) return node;
			leaf(node, draft);
			return -1;
		}
	}
}

function leaf(node: number, draft: Draft): void {
	draft.after[node] = draft.count;
}

/** In a broken tree more is worth knowing: every token of an ERROR, and every node that is not really there. */
function treatmentHere(cursor: TreeCursor, kind: number, draft: Draft): Treatment {
	const usual = draft.grammar.treatments[kind] ?? "drop";
	if (!draft.hasError || usual === "comment") return usual;
	if (usual === "inner" && kind === draft.grammar.errorKind) return usual;
	if (cursor.nodeIsMissing) {
		markMissing(cursor, draft);
		return "drop";
	}
	if (usual !== "drop") return usual;
	const parent = draft.open.at(-1) ?? 0;
	const isToken = draft.grammar.kinds[kind]?.startsWith("'") === true;
	return isToken && draft.kind[parent] === draft.grammar.errorKind ? "leaf" : "drop";
}

function markMissing(cursor: TreeCursor, draft: Draft): void {
	leaf(append(cursor, draft, draft.grammar.missingKind), draft);
}

function append(cursor: TreeCursor, draft: Draft, kind: number): number {
	if (draft.count === draft.kind.length) grow(draft);
	const node = draft.count++;
	draft.kind[node] = kind;
	draft.field[node] = cursor.currentFieldId;
	draft.start[node] = cursor.startIndex;
	draft.end[node] = cursor.endIndex;
	draft.next[node] = -1;
	const level = draft.open.length - 1;
	if (level >= 0) link(draft, level, node, kind);
	return node;
}

function link(draft: Draft, level: number, node: number, kind: number): void {
	const previous = draft.lastChild[level] ?? -1;
	if (previous >= 0) draft.next[previous] = node;
	draft.lastChild[level] = node;
	if (kind < draft.grammar.errorKind) return;
	const parent = draft.open[level] ?? 0;
	draft.flags[parent] = (draft.flags[parent] ?? 0) | BROKEN | HOLDS_ERROR;
}

function close(draft: Draft): void {
	const node = draft.open.pop() ?? 0;
	draft.lastChild.pop();
	draft.after[node] = draft.count;
	const flags = draft.flags[node] ?? 0;
	if (flags === 0) return;
	const parent = draft.open.at(-1);
	if (parent === undefined) return;
	const structural = draft.grammar.structural[draft.kind[node] ?? 0] === true;
	const inherited = structural ? flags : flags & HOLDS_ERROR;
	draft.flags[parent] = (draft.flags[parent] ?? 0) | inherited;
}

/** Whether the string literal at `start` has an `f` or `t` among its prefix letters. */
function isFormatted(text: string, start: number): boolean {
	for (let at = start; at < text.length; at++) {
		const letter = text.charCodeAt(at) | 32;
		if (letter === 0x66 || letter === 0x74) return true;
		if (letter < 0x61 || letter > 0x7a) return false;
	}
	return false;
}
