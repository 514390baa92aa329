/** Every bound of the analysis. Past one the answer is silence and a note in the graph, never a guess. */

/** States alive at one point of a program; more are joined where they agree on every model, then given up. */
export const SOFT_STATES = 8;
export const HARD_STATES = 24;
/** Calls of user functions inside one another. */
export const CALL_DEPTH = 16;
/** Times that a function which can do nothing to a model is looked into, in one entry's run and all after it. */
export const UNRELATED_CALLS = 16;
/** Passes through a loop's body: the second shows what the first left behind. */
export const LOOP_PASSES = 2;
/** Statements and calls interpreted per entry point, and per file. */
export const ENTRY_STEPS = 48_000;
export const FILE_STEPS = 240_000;
/** The same for the top level of one module that is imported, for all of them together, and for one call into another file. */
export const MODULE_STEPS = 4_000;
/** For an assignment of a module that is run on its own. */
export const ALONE_STEPS = 200;
export const PROGRAM_STEPS = 40_000;
export const FOREIGN_CALL_STEPS = 4_000;
/** For all calls into other files, and ways that one of them may come out. */
export const FOREIGN_STEPS = 24_000;
export const FOREIGN_RESULTS = 8;
/** For a call into another file that can only stop the program. */
export const GUARD_STEPS = 400;
/** Modules that hand on a name before it is given up. */
export const IMPORT_CHAIN = 16;
/** Items of a literal sequence that a loop runs over one by one. */
export const LITERAL_PASSES = 8;
/** Longest loop over a range of known length that is run number by number. */
export const RANGE_PASSES = 4;
/** Longest name of a symbolic value; a longer one becomes a fresh unknown. */
export const SYMBOL_LENGTH = 240;
/** Items of a literal sequence that are followed one by one. */
export const SEQUENCE_ITEMS = 64;
/** Steps of a path from a value down to its Core; deeper wrappers are not told apart. */
export const PATH_STEPS = 8;
/** Events that a Core remembers: the first ones and the last. */
export const HISTORY_EVENTS = 64;
/** Cases kept per event and per read. */
export const CASES = 24;

/** Thrown when a bound is passed; caught at the entry point. */
export class BoundExceeded extends Error {}
