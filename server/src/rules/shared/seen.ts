/** What PEFT prints at the calls that rules speak about, by its version: each row was observed, see docs/evidence.md. */
import type { ModelEvent } from "../../analysis/graph";
import type { SeenByVersion } from "../versions";

export const SECOND_TIME = "You are trying to modify a model with PEFT for a second time";
export const ALREADY_FOUND = "Already found a `peft_config` attribute in the model";
export const MISSING_KEYS = "Found missing adapter keys while loading the checkpoint";

/** `get_peft_model` on a model that has adapter layers already; TRL's trainers call it for their `peft_config`. */
const WRAP: SeenByVersion = [
	{ since: undefined, warns: [] },
	{ since: "0.15", warns: [SECOND_TIME, ALREADY_FOUND] },
];

/** The same by the class of the wrapper, or by `inject_adapter_in_model`. */
const CONSTRUCT: SeenByVersion = [
	{ since: undefined, warns: [] },
	{ since: "0.15", warns: [ALREADY_FOUND] },
];

/** At a call that puts a fresh adapter into a model that has one. */
export function seenAtWrap({ api }: ModelEvent): SeenByVersion | undefined {
	if (api === "peft.get_peft_model" || /^trl\.\w+Trainer$/.test(api)) return WRAP;
	return /^peft\.(?:PeftModel(?:For\w+)?|inject_adapter_in_model)$/.test(api) ? CONSTRUCT : undefined;
}

/** At a load onto a base model that has adapter layers already. */
export function seenAtLoad({ api }: ModelEvent): SeenByVersion | undefined {
	return isLoad(api) ? CONSTRUCT : undefined;
}

/** At a load onto a wrapper. */
export function seenAtNestedLoad({ api }: ModelEvent): SeenByVersion | undefined {
	return isLoad(api)
		? [
				{ since: undefined, warns: [] },
				{ since: "0.14", warns: [MISSING_KEYS] },
				{ since: "0.15", warns: [ALREADY_FOUND, MISSING_KEYS] },
			]
		: undefined;
}

/** At a wrap of a wrapper, and where the checkpoint that it saves is loaded. */
export function seenAtNestedWrap(event: ModelEvent): SeenByVersion | undefined {
	const warns = seenAtWrap(event)?.at(-1)?.warns;
	return warns === undefined
		? undefined
		: [
				{ since: undefined, warns: [] },
				{ since: "0.14", warns: [], reload: [MISSING_KEYS] },
				{ since: "0.15", warns, reload: [MISSING_KEYS] },
			];
}

function isLoad(api: string): boolean {
	return /^peft\.(?:Auto)?PeftModel(?:For\w+)?\.from_pretrained$/.test(api);
}
