import { ERROR } from "./grammar";
import {
	afterOf,
	allChildren,
	childIn,
	childOfKind,
	children,
	endOf,
	fieldOf,
	firstNamed,
	kindOf,
	type Lowering,
	NONE,
	nameOf,
	startOf,
} from "./lower-context";
import { isKeyword } from "./lower-keywords";

/**
 * The names that broken or unmodelled code might assign, in source order, each once. Generous, for a name too many
 * only costs knowledge. A loop over the flat tree, not a recursion: the code may be too deep for anything else.
 */
export function collectBinds(cx: Lowering, node: number): string[] {
	const names = new Set<string>();
	for (let at = node; at < afterOf(cx, node); at = OWN_SCOPE.has(kindOf(cx, at)) ? afterOf(cx, at) : at + 1) {
		for (const name of ownTargets(cx, at)) {
			const text = nameOf(cx, name);
			if (text !== "" && !isKeyword(text)) names.add(text);
		}
	}
	return [...names];
}

const OWN_SCOPE = new Set(["function_definition", "class_definition", "lambda"]);

/** The identifiers that this very node binds; what is further inside has its own turn. */
function ownTargets(cx: Lowering, node: number): number[] {
	switch (kindOf(cx, node)) {
		case ERROR:
			return looseTargets(cx, node);
		case "assignment":
		case "augmented_assignment":
		case "for_statement":
		case "type_alias_statement":
			return targetNames(cx, childIn(cx, node, "left"));
		case "delete_statement":
		case "as_pattern_target":
		case "pattern_list":
			return children(cx, node).flatMap((child) => targetNames(cx, child));
		case "named_expression":
		case "function_definition":
		case "class_definition":
			return targetNames(cx, childIn(cx, node, "name"));
		case "except_clause":
		case "aliased_import":
			return targetNames(cx, childIn(cx, node, "alias"));
		case "import_statement":
		case "import_from_statement":
		case "future_import_statement":
			return importedNames(cx, node);
		default:
			return patternCaptures(cx, node);
	}
}

function importedNames(cx: Lowering, node: number): number[] {
	return children(cx, node)
		.filter((child) => kindOf(cx, child) === "dotted_name" && fieldOf(cx, child) === "name")
		.map((name) => firstNamed(cx, name));
}

/** The identifiers that this very node of a `case` pattern captures into. */
export function patternCaptures(cx: Lowering, node: number): number[] {
	switch (kindOf(cx, node)) {
		case "case_pattern":
		case "union_pattern":
		case "list_pattern":
		case "tuple_pattern":
		case "keyword_pattern":
			return children(cx, node).flatMap((child) => loneName(cx, child));
		case "as_pattern":
		case "splat_pattern": {
			const name = childOfKind(cx, node, "identifier");
			const isCapture = name !== NONE && childOfKind(cx, node, "as_pattern_target") === NONE;
			return isCapture ? [name] : [];
		}
		default:
			return [];
	}
}

/** In a pattern, a name without dots captures; a dotted one is compared with. */
function loneName(cx: Lowering, node: number): number[] {
	if (kindOf(cx, node) !== "dotted_name") return [];
	const parts = children(cx, node);
	return parts.length === 1 ? parts : [];
}

const TARGET_GROUPS = new Set([
	"pattern_list",
	"tuple_pattern",
	"list_pattern",
	"list_splat_pattern",
	"expression_list",
	"tuple",
	"list",
	"list_splat",
	"parenthesized_expression",
	"type",
	"generic_type",
]);

/** The identifiers among a target, not those that it reads (`a[b].c = 1` binds no name). */
function targetNames(cx: Lowering, target: number): number[] {
	if (target === NONE) return [];
	const names: number[] = [];
	for (let at = target; at < afterOf(cx, target); ) {
		const kind = kindOf(cx, at);
		if (kind === "identifier") names.push(at);
		at = TARGET_GROUPS.has(kind) ? at + 1 : afterOf(cx, at);
	}
	return names;
}

const NAMING_KEYWORDS = new Set(["'import", "'as", "'def", "'class", "'for"]);
const PARAMETERS = new Set(["keyword_argument", "default_parameter", "typed_default_parameter"]);

/** The loose pieces of an ERROR: names before an `=`, names after `import`, `as`, `def`, `class`, `for`. */
function looseTargets(cx: Lowering, error: number): number[] {
	const names: number[] = [];
	let naming = false;
	for (const child of allChildren(cx, error)) {
		const kind = kindOf(cx, child);
		// `f(` and, in the next line, `x = 1` look like this when the parenthesis is not closed.
		if (PARAMETERS.has(kind)) names.push(...targetNames(cx, childIn(cx, child, "name")));
		const found: number[] = naming || isLooseTarget(cx, child) ? looseNames(cx, child) : [];
		names.push(...found);
		naming = NAMING_KEYWORDS.has(kind) || (naming && (kind === "'," || found.length > 0));
	}
	return names;
}

function looseNames(cx: Lowering, node: number): number[] {
	const names = [...loneName(cx, node), ...targetNames(cx, node)];
	if (names.length > 0) return names;
	// `x = a +` and, in the next line, `b = 1`: the target is the end of an expression.
	const last = afterOf(cx, node) - 1;
	return kindOf(cx, last) === "identifier" && fieldOf(cx, last) !== "attribute" ? [last] : [];
}

/** An `=`, perhaps behind a few more names or an annotation. Bounded, for it is tried at each piece. */
const ASSIGNS =
	/[ \t\f]*(?:(?:,[ \t\f]*\*?[\w\u0080-\uffff]+[ \t\f]*){0,16}(?:=(?!=)|:=)|:[^:=\n]{1,200}=(?!=)|(?:[-+%@&|^]|\/\/?|\*\*?|<<|>>)=)/y;

/** Whether an `=` of some sort follows the loose piece, perhaps after more names. */
export function isLooseTarget(cx: Lowering, node: number): boolean {
	if (cx.text[startOf(cx, node) - 1] === ".") return false;
	ASSIGNS.lastIndex = endOf(cx, node);
	return ASSIGNS.test(cx.text);
}
