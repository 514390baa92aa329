/** Calls that change a model in place and return something else. Everything here is what evidence.py observes. */

/** What comes back, by the name of a PeftModel's method. */
export const PEFT_METHODS: ReadonlyMap<string, string> = new Map([
	["load_adapter", "the result of the load"],
	["add_adapter", "`None`"],
	["set_adapter", "`None`"],
	["delete_adapter", "`None`"],
	["add_weighted_adapter", "`None`"],
	["merge_adapter", "`None`"],
	["unmerge_adapter", "`None`"],
	["print_trainable_parameters", "`None`"],
]);

/** The same by the name of a method that transformers' models have, and PEFT hands on to them. */
export const MODEL_METHODS: ReadonlyMap<string, string> = new Map([
	["enable_input_require_grads", "`None`"],
	["gradient_checkpointing_enable", "`None`"],
]);

/** The same by the full name of a function that is given the model. */
export const FUNCTIONS: ReadonlyMap<string, string> = new Map([
	["peft.set_peft_model_state_dict", "the result of the load"],
	["peft.replace_lora_weights_loftq", "`None`"],
	["peft.initialize_lora_eva_weights", "`None`"],
	["peft.utils.hotswap.hotswap_adapter", "`None`"],
	["peft.utils.hotswap.hotswap_adapter_from_state_dict", "`None`"],
	["peft.functional.set_adapter", "`None`"],
	// ms-swift.
	["swift.Swift.merge_and_unload", "`None`"],
	["swift.Swift.merge", "`None`"],
	["swift.Swift.unmerge", "`None`"],
]);
