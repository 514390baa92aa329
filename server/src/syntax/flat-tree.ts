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
	/** The nodes that are statements of a module or block. */
	readonly statements: readonly number[];
}

/** An earlier state of the text, and how the present one differs from it. */
export interface Earlier {
	readonly flat: FlatTree;
	readonly start: number;
	readonly oldEnd: number;
	readonly newEnd: number;
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
	/** Types of the nodes that a block consists of, but for errors. */
	readonly statement: readonly boolean[];
	/** Types whose nodes consist of statements. */
	readonly block: readonly boolean[];
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
		statement: kinds.map((name) => /^[a-z_]+_(?:statement|definition)$/.test(name)),
		block: kinds.map((name) => name === "module" || name === "block"),
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

/** The arrays of a flat tree. To allocate and clear them takes as long as to fill them, so they are used again. */
export type Columns = Record<(typeof COLUMNS)[number], Int32Array>;

function createColumns(capacity: number): Columns {
	return {
		kind: new Int32Array(capacity),
		field: new Int32Array(capacity),
		start: new Int32Array(capacity),
		end: new Int32Array(capacity),
		next: new Int32Array(capacity),
		after: new Int32Array(capacity),
		flags: new Int32Array(capacity),
	};
}

/** The nodes under construction: `FlatTree` with its columns still growing. */
interface Draft extends Columns {
	readonly text: string;
	readonly hasError: boolean;
	readonly grammar: Grammar;
	readonly comments: number[];
	readonly statements: number[];
	/** Where statements can be copied from. */
	readonly earlier: Earlier | undefined;
	count: number;
	/** The nodes that the cursor is inside of, and the last child so far of each. */
	readonly open: number[];
	readonly lastChild: number[];
}

/** What helps to read a tree, and does not change the result. */
export interface ReadingAids {
	/** Statements that were here already are copied, which is ten times as fast. */
	readonly earlier?: Earlier | undefined;
	/** The arrays of a flat tree that nobody wants any more. */
	readonly spare?: Columns | undefined;
}

/** Copies `tree`. `text` is what the spans count in: as long as the parsed text, character by character. */
export function readTree(tree: Tree, text: string, grammar: Grammar, aids: ReadingAids = {}): FlatTree & Columns {
	const { hasError } = tree.rootNode;
	const draft: Draft = {
		// Ordinary code has a node for every five to six characters.
		...(aids.spare ?? createColumns((text.length >> 2) + 16)),
		text,
		hasError,
		grammar,
		comments: [],
		statements: [],
		earlier: hasError || aids.earlier?.flat.hasError ? undefined : aids.earlier,
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
	return flatTree(draft);
}

/** Without what only the reading needs: the earlier tree would keep the one before it, and so on. */
function flatTree({ open, lastChild, earlier, count, ...flat }: Draft): FlatTree & Columns {
	return flat;
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
			return isStatement(draft, kind) ? visitStatement(cursor, draft, kind) : append(cursor, draft, kind);
		case "string": {
			const node = append(cursor, draft, kind);
			if (draft.hasError || isFormatted(draft.text, draft.start[node] ?? 0)) return node;
			leaf(node, draft);
			return -1;
		}
	}
}

function isStatement(draft: Draft, kind: number): boolean {
	const parent = draft.kind[draft.open.at(-1) ?? 0] ?? 0;
	return draft.grammar.statement[kind] === true && draft.grammar.block[parent] === true;
}

function visitStatement(cursor: TreeCursor, draft: Draft, kind: number): number {
	const node = append(cursor, draft, kind);
	const { earlier } = draft;
	const position = earlier === undefined ? -1 : findEarlier(draft, earlier, node);
	if (earlier === undefined || position < 0) {
		draft.statements.push(node);
		return node;
	}
	copyStatement(draft, earlier.flat, position, node);
	return -1;
}

/** The position among the earlier statements of one that has the same text in the same place, or -1. */
function findEarlier(draft: Draft, earlier: Earlier, node: number): number {
	const start = draft.start[node] ?? 0;
	const end = draft.end[node] ?? 0;
	const isBehind = start >= earlier.newEnd;
	if (!isBehind && end > earlier.start) return -1;
	const shift = isBehind ? earlier.newEnd - earlier.oldEnd : 0;
	const { flat } = earlier;
	const { statements } = flat;
	const position = lowerBound(statements.length, (at) => (flat.start[statements[at] ?? 0] ?? 0) >= start - shift);
	const found = statements[position];
	if (found === undefined || flat.start[found] !== start - shift) return -1;
	return flat.end[found] === end - shift && flat.kind[found] === draft.kind[node] ? position : -1;
}

/** The first number below `count` that has a property which all that follow have too; else `count`. */
function lowerBound(count: number, has: (at: number) => boolean): number {
	let low = 0;
	let high = count;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (has(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** Takes over all that is in an earlier statement into the present one, `node`, which was just appended. */
function copyStatement(draft: Draft, from: FlatTree, position: number, node: number): void {
	const source = from.statements[position] ?? 0;
	const until = from.after[source] ?? 0;
	const shift = (draft.start[node] ?? 0) - (from.start[source] ?? 0);
	const offset = node - source;
	while (draft.kind.length < until + offset) grow(draft);
	for (let at = source + 1; at < until; at++) copyNode(draft, from, at, at + offset, shift);
	draft.count = until + offset;
	draft.after[node] = draft.count;
	for (let at = position; (from.statements[at] ?? until) < until; at++) {
		draft.statements.push((from.statements[at] ?? 0) + offset);
	}
	copyComments(draft, from, source, shift);
}

function copyNode(draft: Draft, from: FlatTree, source: number, target: number, shift: number): void {
	const offset = target - source;
	const next = from.next[source] ?? -1;
	draft.kind[target] = from.kind[source] ?? 0;
	draft.field[target] = from.field[source] ?? 0;
	draft.start[target] = (from.start[source] ?? 0) + shift;
	draft.end[target] = (from.end[source] ?? 0) + shift;
	draft.next[target] = next < 0 ? -1 : next + offset;
	draft.after[target] = (from.after[source] ?? 0) + offset;
	draft.flags[target] = from.flags[source] ?? 0;
}

function copyComments(draft: Draft, from: FlatTree, source: number, shift: number): void {
	const { comments } = from;
	const start = from.start[source] ?? 0;
	const end = from.end[source] ?? 0;
	const first = lowerBound(comments.length >> 1, (at) => (comments[2 * at] ?? 0) >= start);
	for (let at = 2 * first; (comments[at] ?? end) < end; at += 2) {
		draft.comments.push((comments[at] ?? 0) + shift, (comments[at + 1] ?? 0) + shift);
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
	draft.flags[node] = 0;
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
