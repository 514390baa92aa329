/** Initialisations of LoRA that are computed from data, by a call of their own. */
import type { ConfigView } from "../../analysis/graph";

export interface Method {
	/** What `init_lora_weights` is. */
	readonly name: string;
	/** The release that brought it. */
	readonly since: string;
	/** The function that looks at the data. */
	readonly call: string;
	/** A name that code has which does the same in another way. */
	readonly others: RegExp;
	/** The call that wraps the model raises where it finds nothing. */
	readonly raises: boolean;
	/** What is said of it. */
	readonly message: string;
}

const BEGINS = "never called here: the adapter is trained from random weights, as without it";

export const methods: readonly Method[] = [
	{
		name: "eva",
		since: "0.14",
		call: "initialize_lora_eva_weights",
		others: /eva_(?:state|weights|init)|init\w*_eva|lora_A/i,
		raises: false,
		message: `\`init_lora_weights="eva"\` takes effect in \`initialize_lora_eva_weights\`, which is ${BEGINS}.`,
	},
	{
		name: "lora_ga",
		since: "0.19",
		call: "preprocess_loraga",
		others: /loraga|lora_ga_(?:grad|init)|_peft_loraga|lora_A/i,
		raises: false,
		message: `\`init_lora_weights="lora_ga"\` uses the gradients that \`preprocess_loraga\` takes before the model is wrapped, and it is ${BEGINS}.`,
	},
	{
		name: "corda",
		since: "0.15",
		call: "preprocess_corda",
		others: /preprocess_corda|corda_(?:cache|cov|eig)|\beigens\b/i,
		raises: true,
		message:
			'`init_lora_weights="corda"` uses what `preprocess_corda` finds before the model is wrapped, and it is never called here: wrapping the model raises `ValueError`.',
	},
];

/** The way that a config asks for. */
export function methodOf(config: ConfigView | undefined): Method | undefined {
	if (config?.peftType !== "LORA" || config.fromCheckpoint) return undefined;
	return methods.find(({ name }) => config.fields.init_lora_weights === name);
}
