import type { Language } from "web-tree-sitter";

export const ERROR = "ERROR";
export const MISSING = "MISSING";

/** What the reader does with a node, by its type. */
export type Treatment = "drop" | "comment" | "leaf" | "inner" | "string";

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
