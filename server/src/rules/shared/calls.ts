/** What a call was given. */
import type { ArgSite, CallSite, ModelEvent, ModelGraph } from "../../analysis/graph";
import type { Blame } from "./blame";
import { code, expressionText, quote, textOf } from "./source";

/** Names the libraries give to the parameter that takes the model. */
const MODEL_PARAMS = new Set(["model", "base_model", "module", "self"]);

/** The argument that fills one of these parameters. */
export function argumentFor(call: CallSite, ...params: readonly string[]): ArgSite | undefined {
	return call.args.find((arg) => arg.param !== undefined && params.includes(arg.param));
}

/** The argument that is the model, where it was written in the call. */
export function modelArgument(call: CallSite): ArgSite | undefined {
	return call.args.find((arg) => arg.param !== undefined && MODEL_PARAMS.has(arg.param));
}

/** An argument whose parameter cannot be told: `*args`, `**kwargs`. */
export function hasUnpackedArgument(graph: ModelGraph, call: CallSite): boolean {
	return call.args.some((arg) => textOf(graph, arg).startsWith("*"));
}

/** The call names the library's class itself: what a class of the person's own inherits may come with methods of its own. */
export function namesItself(graph: ModelGraph, { api, call }: ModelEvent): boolean {
	const [, name = ""] = api.split(".");
	return textOf(graph, call.func)
		.split(/\s*\.\s*/)
		.includes(name);
}

/** What was called, as written: `PeftModel.from_pretrained`. */
export function calleeText(graph: ModelGraph, event: ModelEvent): string {
	return code(expressionText(graph, event.call.func));
}

/** The same with the helper it stands in, where a call of that helper is blamed. */
export function calleeIn(graph: ModelGraph, event: ModelEvent, where: Blame): string {
	const callee = calleeText(graph, event);
	return where.frame === undefined ? callee : `${callee} in ${code(where.frame.name)}`;
}

/** The model a call was given, ready for a relative clause; no name where it would be one of another function. */
export function subject(graph: ModelGraph, event: ModelEvent, where: Blame): string {
	const argument = modelArgument(event.call);
	return argument === undefined || where.frame !== undefined
		? "a model that"
		: `${quote(graph, argument.value)}, which`;
}

/** The model a call was given, as written. */
export function modelName(graph: ModelGraph, event: ModelEvent, where: Blame): string {
	const argument = modelArgument(event.call);
	return argument === undefined || where.frame !== undefined ? "a model" : quote(graph, argument.value);
}
