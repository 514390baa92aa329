import type { ArgSite, ModelEvent, ModelGraph } from "../../analysis/graph";
import { UNREAD_PEFT } from "../../catalog/config-fields";
import type { Rule, RuleFinding, RuleMeta } from "../rule";
import { calleeText } from "../shared/calls";
import { judge, type Verdict } from "../shared/judge";
import { code } from "../shared/source";
import { timeline } from "../shared/timeline";
import { isBounded, type Versions } from "../versions";
import { consequence, isFalse, type Others, othersOf } from "./consequence";
import { fixes } from "./fixes";
import { type Ignored, readKeyword } from "./keywords";

const meta: RuleMeta = {
	code: "PEFT021",
	name: "ignored-keyword",
	category: "configuration",
	severity: "warning",
	fix: "safe",
	since: "0.1.0",
	preview: false,
	provedOn: "0.7.1 to 0.21.0",
	summary: "`PeftModel.from_pretrained` takes any keyword and silently ignores those that it does not know.",
	references: [
		"https://github.com/huggingface/peft/issues/3506",
		"https://github.com/huggingface/peft/issues/3516",
		"https://huggingface.co/docs/peft/package_reference/peft_model#peft.PeftModel.from_pretrained",
	],
};

/** A keyword of `PeftModel.from_pretrained` that no code reads. The argument is what is to change, so it is what is reported. */
export const rule: Rule = {
	meta,
	check: (graph, versions) =>
		graph.events.filter(isLoad).flatMap((load) => {
			const verdict = judge(load, () => true);
			if (verdict === undefined) return [];
			return load.call.args.flatMap((arg) => {
				const ignored = arg.keyword && arg.param !== undefined ? readKeyword(arg.param) : undefined;
				return ignored === undefined ? [] : [report(graph, load, verdict, arg, ignored, versions)];
			});
		}),
	fixes,
};

/**
 * `AutoPeftModel` hands its keywords on to the base model, `PeftMixedModel` makes what it loads trainable anyway, and
 * ms-swift's class is another one.
 */
function isLoad({ kind, api }: ModelEvent): boolean {
	return kind === "load" && /^peft\.PeftModel(?:For\w+)?\.from_pretrained$/.test(api);
}

function report(
	graph: ModelGraph,
	load: ModelEvent,
	verdict: Verdict,
	arg: ArgSite,
	ignored: Ignored,
	versions: Versions,
): RuleFinding {
	const name = code(arg.param ?? "");
	const callee = calleeText(graph, load);
	const others = othersOf(graph, load);
	return {
		place: arg,
		message: `${name} is not a parameter of ${callee} and is silently ignored${consequence(arg, ignored, others)}.`,
		confidence: verdict.confidence,
		timeline: timeline(graph, verdict.situation.target?.core, [
			{ event: load, message: `${callee} loads the adapter, and nothing reads ${name}` },
		]),
		event: load.id,
		...weight(arg, ignored, others, versions),
	};
}

function weight(
	arg: ArgSite,
	ignored: Ignored,
	{ isOpen }: Others,
	versions: Versions,
): Pick<RuleFinding, "severity" | "holds" | "silences"> {
	switch (ignored) {
		case "misspelt":
			return isOpen || isFalse(arg) ? {} : { severity: "error", silences: ["PEFT004"] };
		case "weights":
			return { severity: "hint" };
		case "unknown":
			// It may be a parameter of a PEFT to come.
			return isBounded(versions.peft) ? { holds: { peft: { until: UNREAD_PEFT } } } : { severity: "hint" };
		default:
			return {};
	}
}
