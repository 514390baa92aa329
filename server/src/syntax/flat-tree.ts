import type { Grammar } from "./grammar";

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

const COLUMNS = ["kind", "field", "start", "end", "next", "after", "flags"] as const;

/** The arrays of a flat tree. To allocate and clear them takes as long as to fill them, so they are used again. */
export type Columns = Record<(typeof COLUMNS)[number], Int32Array>;

export function createColumns(capacity: number): Columns {
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
export interface Draft extends Columns {
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

/** Makes the columns twice as long. */
export function grow(draft: Draft): void {
	for (const column of COLUMNS) {
		const longer = new Int32Array(draft[column].length * 2);
		longer.set(draft[column]);
		draft[column] = longer;
	}
}
