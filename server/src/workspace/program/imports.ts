/**
 * The import statements of a text, found without parsing it: every one that Python would see, and some that it would not
 * (in strings). In half-typed code too.
 */

export interface ImportStatement {
	/**
	 * `import path`, `from <level dots><path> import names`, what a package lists in `__all__`, or a file that a test has beside
	 * or above it.
	 */
	readonly form: "import" | "from" | "exports" | "beside";
	readonly level: number;
	/** Dotted; may be empty after dots. */
	readonly path: string;
	/** Names as the other module calls them; not those of `*`. */
	readonly names: readonly string[];
}

export interface Imports {
	readonly statements: readonly ImportStatement[];
	/** What is put on `sys.path`, as far as it is written out: `../lib`, from where it is not said. */
	readonly paths: readonly string[];
	/** Equal for texts that import the same. */
	readonly key: string;
}

/** Where a statement may begin: on a line, behind a `;` or a `:`. */
const KEYWORD = /(?:^|(?<!\\\r?)[\n\r]|[;:\ufeff])[ \t\f]*(from|import)(?![\w\x80-\uffff])/g;
const SPACE = /[ \t\f]+|\\(?:\r\n|\r|\n)/y;
/** Between parentheses lines end where they like. */
const LOOSE_SPACE = /[\s\\]+|#[^\r\n]*/y;
const NAME = /[\w\x80-\uffff]+/y;
const DOTS = /\.+/y;

export function importsOf(text: string): Imports {
	const statements = new Map<string, ImportStatement>();
	const add = (statement: ImportStatement): void => {
		statements.set(keyOf(statement), statement);
	};
	for (const match of text.matchAll(KEYWORD)) {
		const cursor = cursorAt(text, match.index + match[0].length);
		if (match[1] === "import") for (const path of pathsAt(cursor)) add({ form: "import", level: 0, path, names: [] });
		else for (const statement of fromAt(cursor)) add(statement);
	}
	for (const statement of exportsOf(text)) add(statement);
	for (const [, path = ""] of text.matchAll(DYNAMIC)) add({ form: "import", level: 0, path, names: [] });
	if (TEST.test(text))
		for (let level = 1; level <= FOLDERS; level++) add({ form: "beside", level, path: "conftest", names: [] });
	const paths = pathsIn(text);
	return { statements: [...statements.values()], paths, key: [...statements.keys(), ...paths].join("\n") };
}

function keyOf({ form, level, path, names }: ImportStatement): string {
	return `${form} ${level} ${path} ${names.join(" ")}`;
}

interface Cursor {
	/** What the pattern matches here; moves behind it. */
	take(pattern: RegExp): string;
	/** The same as often as it matches: one pattern for it all would overflow the stack where a text is broken. */
	skip(pattern: RegExp): void;
}

function cursorAt(text: string, start: number): Cursor {
	let at = start;
	function take(pattern: RegExp): string {
		pattern.lastIndex = at;
		const [found = ""] = pattern.exec(text) ?? [];
		at += found.length;
		return found;
	}
	return {
		take,
		skip(pattern) {
			while (take(pattern) !== "");
		},
	};
}

const COMMA = /,/y;

/** `a.b as c, d` */
function pathsAt(cursor: Cursor): readonly string[] {
	const paths: string[] = [];
	do {
		const path = pathAt(cursor);
		if (path === "") break;
		paths.push(path);
		skipAlias(cursor, SPACE);
		cursor.skip(SPACE);
	} while (cursor.take(COMMA) !== "");
	return paths;
}

/** A dotted name, with blanks where Python allows them. */
function pathAt(cursor: Cursor): string {
	const parts: string[] = [];
	for (;;) {
		cursor.skip(SPACE);
		const part = cursor.take(NAME);
		if (part !== "") parts.push(part);
		cursor.skip(SPACE);
		if (part === "" || cursor.take(DOTS) === "") return parts.join(".");
	}
}

const AS = /as(?![\w\x80-\uffff])/y;

function skipAlias(cursor: Cursor, space: RegExp): void {
	cursor.skip(space);
	if (cursor.take(AS) === "") return;
	cursor.skip(space);
	cursor.take(NAME);
}

const IMPORT = /import(?![\w\x80-\uffff])/y;
const OPEN = /\(/y;

/** What follows `from`. */
function fromAt(cursor: Cursor): readonly ImportStatement[] {
	let level = 0;
	for (let dots = "."; dots !== ""; level += dots.length) {
		cursor.skip(SPACE);
		dots = cursor.take(DOTS);
	}
	const path = levelAndPath(cursor);
	if (path === undefined || (path === "" && level === 0)) return [];
	cursor.skip(SPACE);
	const space = cursor.take(OPEN) === "" ? SPACE : LOOSE_SPACE;
	return [{ form: "from", level, path, names: namesAt(cursor, space) }];
}

/** The path up to `import`, which may itself look like the path: `from . import x`. Undefined without an `import`. */
function levelAndPath(cursor: Cursor): string | undefined {
	if (cursor.take(IMPORT) !== "") return "";
	const path = pathAt(cursor);
	return path === "" || cursor.take(IMPORT) === "" ? undefined : path;
}

function namesAt(cursor: Cursor, space: RegExp): readonly string[] {
	const names: string[] = [];
	do {
		cursor.skip(space);
		const name = cursor.take(NAME);
		if (name === "") break;
		names.push(name);
		skipAlias(cursor, space);
		cursor.skip(space);
	} while (cursor.take(COMMA) !== "");
	return names;
}

const EXPORTS = /(?:^|[\n\r;])[ \t\f]*__all__[ \t]*(?:\+?=|\.extend[ \t]*\()[ \t]*[[(]([^\])]*)/g;

/** `__all__` of a package may name submodules, which `from package import *` then imports. */
function exportsOf(text: string): readonly ImportStatement[] {
	if (!text.includes("__all__")) return [];
	const names = [...text.matchAll(EXPORTS)].flatMap(([, list = ""]) =>
		[...list.matchAll(/["']([\w\x80-\uffff]+)["']/g)].map(([, name = ""]) => name),
	);
	return names.length === 0 ? [] : [{ form: "exports", level: 1, path: "", names }];
}

/** pytest gives tests what a `conftest.py` beside or above them defines. */
const TEST = /^[ \t]*(?:async[ \t]+)?def[ \t]+test/m;
const FOLDERS = 3;

/** `importlib.import_module("plugins.lora")` */
const DYNAMIC = /\bimport_module\([ \t]*["']([A-Za-z_][\w.]*)["']/g;

const SYS_PATH = /\bsys\.path\.(?:append|insert)\(([^\r\n]*)/g;

/** `sys.path.append(os.path.join(here, "..", "lib"))` puts `../lib` there. */
function pathsIn(text: string): readonly string[] {
	if (!text.includes("sys.path.")) return [];
	return [...text.matchAll(SYS_PATH)].flatMap(([, rest = ""]) => {
		const parts = [...rest.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? "");
		return parts.length === 0 ? [] : [parts.join("/")];
	});
}
