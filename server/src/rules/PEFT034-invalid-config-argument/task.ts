/** Task types that PEFT does not have. */
import { argumentFor } from "../shared/calls";
import { distance } from "../shared/distance";
import { code, textOf } from "../shared/source";
import type { Versions } from "../versions";
import { type Given, type Problem, untilUnread, written } from "./problem";

const TASKS = ["CAUSAL_LM", "SEQ_2_SEQ_LM", "SEQ_CLS", "TOKEN_CLS", "QUESTION_ANS", "FEATURE_EXTRACTION"];
/** The release that refuses what is none; before it, the model got the wrapper of no task. */
const REFUSED_SINCE = "0.14";

export function taskProblem(given: Given, versions: Versions): readonly Problem[] | undefined {
	const { graph, event, view } = given;
	const value = view.fields.task_type;
	const argument = argumentFor(event.call, "task_type");
	if (typeof value !== "string" || TASKS.includes(value)) return undefined;
	// A member that TaskType does not have may be of a version to come.
	if (argument !== undefined && /\bTaskType\b/.test(textOf(graph, argument.value))) return undefined;
	const meant = meantTask(value);
	// A prompt is looked up by the type: that always failed.
	const isPrompt = !view.injects;
	const outcome = isPrompt ? "wrapping the model fails" : `since PEFT ${REFUSED_SINCE} the call raises \`ValueError\``;
	return [
		{
			field: "task_type",
			message: `PEFT knows no ${written(given, "task_type", value)}${meant === undefined ? "" : `, but ${code(meant)}`}: ${outcome}.`,
			...(meant === undefined
				? untilUnread(versions, isPrompt ? undefined : REFUSED_SINCE)
				: !isPrompt && { holds: { peft: { since: REFUSED_SINCE } } }),
			...(meant !== undefined && { remedy: { kind: "write" as const, text: `"${meant}"`, isCertain: true } }),
		},
	];
}

/** `causal_lm`, `CAUSAL-LM`, `CausalLM`, `SEQ_2_SEQ`: the type that is meant, where that is plain. */
function meantTask(value: string): string | undefined {
	const plain = value.replace(/\W|_/g, "").toUpperCase();
	return TASKS.find((task) => {
		const name = task.replaceAll("_", "");
		return plain === name || distance(plain, name) <= (name.length < 8 ? 1 : 2);
	});
}
