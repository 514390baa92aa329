/** What is wrong with an argument of a config, and what that is said of. */
import type { ConfigView, ConstantView, ModelEvent, ModelGraph } from "../../analysis/graph";
import { UNREAD_PEFT } from "../../catalog/config-fields";
import type { Severity } from "../rule";
import { argumentFor } from "../shared/calls";
import { code, quote } from "../shared/source";
import { type Holds, isBounded, type VersionSpan, type Versions } from "../versions";

/** One call of a config class, in one situation. */
export interface Given {
	readonly graph: ModelGraph;
	readonly event: ModelEvent;
	/** The name of the class. */
	readonly owner: string;
	readonly view: ConfigView;
}

export interface Problem {
	/** The argument that is to change. */
	readonly field: string;
	/** What is wrong, as a sentence. */
	readonly message: string;
	readonly holds?: Holds;
	readonly severity?: Severity;
	readonly remedy?: Remedy;
}

/** `rename`, `write`: another name, another value. `add`: another argument beside it. `remove`: the argument goes. */
export type Remedy =
	| { readonly kind: "rename" | "write" | "add"; readonly text: string; readonly isCertain: boolean }
	| { readonly kind: "remove" };

/** What PEFT refuses today may be taken by a PEFT to come: said for sure only of versions that are known here. */
export function untilUnread(versions: Versions, since?: VersionSpan["since"]): Pick<Problem, "holds" | "severity"> {
	const { peft } = versions;
	const isClosed = isBounded(peft) && (peft.exact ?? peft.max) !== undefined;
	if (isClosed) return { holds: { peft: { since, until: UNREAD_PEFT } } };
	return { severity: "hint", ...(since !== undefined && { holds: { peft: { since } } }) };
}

/** `bias=True`: as it stands in the call, or what it comes to there. */
export function written({ graph, event }: Given, field: string, value: ConstantView | undefined): string {
	const argument = argumentFor(event.call, field);
	return argument?.constant !== undefined && argument.keyword
		? quote(graph, argument)
		: code(`${field}=${python(value)}`);
}

export function python(value: ConstantView | undefined): string {
	if (value === null) return "None";
	if (typeof value === "boolean") return value ? "True" : "False";
	return typeof value === "string" ? `"${value}"` : String(value);
}
