/**
 * The vocabulary of the catalogue: what one library call does to a model, as data.
 *
 * A spec names a call by its fully qualified public name and says which parameters matter and which `Effect` the call
 * has. The abstract interpreter gives each effect its meaning, in one place; the catalogue never runs anything.
 * In an effect, a field typed `Param` holds the *name of a parameter* of the call.
 */

/** Name of a parameter of the call; `"self"` is the object the method is called on. */
export type Param = string;

/** What kind of network a class builds; decides which task types fit. */
export type Family =
	| "CausalLM"
	| "Seq2SeqLM"
	| "SequenceClassification"
	| "TokenClassification"
	| "QuestionAnswering"
	| "Backbone"
	| "Diffusion"
	| "Unknown";

/**
 * One step of the way from a value down to its Core, as it shows in state-dict keys.
 * `P` PeftModel, `T` its tuner (`.base_model`), `_orig_mod` torch.compile, `module` (D)DP and prepared models,
 * `_fsdp_wrapped_module` FSDP, `pretrained_model` TRL value heads, `0.auto_model` sentence-transformers.
 */
export type PathToken =
	| "P"
	| "T"
	| "_orig_mod"
	| "module"
	| "_fsdp_wrapped_module"
	| "pretrained_model"
	| "0.auto_model";

/** How a call finds the adapter's name: a parameter, and the name used when it is not given. */
export interface AdapterName {
	readonly param: Param | undefined;
	readonly default: string;
}

export type Effect =
	// --- models come into being (group A)
	/**
	 * A new Core. `source` names the id/path parameter. `returns: "first-of-tuple"` is (model, tokenizer).
	 * `prefix`: the returned object holds the network under that path token; such a call takes a model in the place of
	 * an id too, and then the result is that model under the prefix. `peftConfig`: wraps the network inside the prefix.
	 */
	| {
			readonly kind: "create-model";
			readonly family: Family;
			readonly source: Param | undefined;
			readonly returns: "model" | "first-of-tuple";
			readonly prefix?: PathToken;
			readonly peftConfig?: Param;
			/** Parameter that holds a quantization config, and boolean parameters that ask for 4/8 bit. */
			readonly quantization?: {
				readonly config?: Param;
				readonly load4bit?: Param;
				readonly load8bit?: Param;
				readonly default?: "4bit";
				/** Boolean parameters that overrule the others. */
				readonly unless?: readonly Param[];
			};
	  }
	/** A new Core that is wrapped and has an adapter loaded (AutoPeftModel…). */
	| {
			readonly kind: "create-wrapped";
			readonly family: Family;
			readonly source: Param;
			readonly adapterName: AdapterName;
			readonly trainable: Param;
	  }
	/** `copy.deepcopy` (independent Core) and `copy.copy` (same Core). */
	| { readonly kind: "copy"; readonly model: Param; readonly deep: boolean }
	// --- wrapping and loading (group B)
	/** get_peft_model and its kin: injects a fresh adapter into the Core and returns a wrapper. */
	| {
			readonly kind: "wrap";
			readonly model: Param;
			/** Undefined where the call takes the config's fields itself (Unsloth). */
			readonly config: Param | undefined;
			readonly adapterName: AdapterName;
			/**
			 * What the call does with an argument that is wrapped already: `nest` (PEFT), `same` (Unsloth returns it) or
			 * `merge` (TRL's prepare_peft_model merges the old adapter and unloads it first).
			 */
			readonly onWrapped: "nest" | "same" | "merge";
			/** Outer token of the result: PeftModel or a bare tuner. */
			readonly token: "P" | "T";
			/** Takes configs that are not PEFT's too (ms-swift's own): unless the config is known, the result is not followed. */
			readonly foreignConfigs?: true;
	  }
	/** inject_adapter_in_model: as wrap, but the same object comes back. */
	| { readonly kind: "inject"; readonly model: Param; readonly config: Param; readonly adapterName: AdapterName }
	/** PeftModel.from_pretrained: injects, loads weights if the path is empty, returns a wrapper. */
	| {
			readonly kind: "load";
			readonly model: Param;
			readonly source: Param;
			readonly adapterName: AdapterName;
			/** Undefined: cannot be asked for. */
			readonly trainable: Param | undefined;
			/** ms-swift loads into the existing wrapper instead of nesting. */
			readonly onWrapped: "nest" | "load-adapter";
	  }
	/** `.load_adapter`: PEFT does not activate what it loads, transformers does. */
	| {
			readonly kind: "load-adapter";
			readonly model: Param;
			readonly source: Param;
			readonly adapterName: AdapterName;
			readonly trainable: Param | undefined;
			readonly activates: boolean;
	  }
	/** `.add_adapter` */
	| {
			readonly kind: "add-adapter";
			readonly model: Param;
			readonly config: Param;
			readonly adapterName: AdapterName;
			readonly activates: boolean;
	  }
	| { readonly kind: "set-adapter"; readonly model: Param; readonly names: Param }
	| { readonly kind: "delete-adapter"; readonly model: Param; readonly name: Param }
	| { readonly kind: "combine-adapters"; readonly model: Param; readonly adapterName: AdapterName }
	/** All adapters of the model are switched off or on where they are: disable_adapter_layers(), disable_adapters(). */
	| { readonly kind: "toggle-adapters"; readonly model: Param; readonly enabled: boolean }
	/** Adapter weights are overwritten from outside: set_peft_model_state_dict, hotswap_adapter, LoftQ, EVA … */
	| { readonly kind: "write-adapter"; readonly model: Param; readonly adapterName: AdapterName }
	// --- merging and unloading
	| { readonly kind: "merge"; readonly model: Param }
	| { readonly kind: "unmerge"; readonly model: Param }
	/** merge_and_unload / unload; `returns: "none"` for ms-swift, which works in place. */
	| { readonly kind: "unload"; readonly model: Param; readonly merge: boolean; readonly returns: "core" | "none" }
	// --- views of the same model
	/** The object inside the outermost wrapper: get_base_model(). */
	| { readonly kind: "unwrap"; readonly model: Param }
	/** Strips compile/distribution tokens: accelerator.unwrap_model. */
	| { readonly kind: "strip"; readonly model: Param }
	/**
	 * Returns its argument, whatever that is (Unsloth's train_on_responses_only is given a trainer): .to, .cuda, .eval,
	 * for_inference … `kbit-prepare` freezes, as prepare_model_for_kbit_training does.
	 */
	| {
			readonly kind: "same";
			readonly model: Param;
			readonly what: "mode" | "device" | "dtype" | "kbit-prepare" | "other";
	  }
	/** A wrapper whose keys get `token` in front: torch.compile, DataParallel … */
	| {
			readonly kind: "prefix";
			readonly model: Param;
			readonly token: PathToken;
			readonly env: "compiled" | "dp" | "ddp" | "fsdp";
	  }
	/** Compiled or distributed in place, keys stay as they are: `h.compile()` (returns None), `fully_shard(h)` (returns h). */
	| {
			readonly kind: "environment";
			readonly model: Param;
			readonly env: "compiled" | "fsdp";
			readonly returns: "none" | "model";
	  }
	/** accelerator.prepare(*objs): a tuple of the same arity, or the one object. `deepspeed.initialize`: engine first. */
	| { readonly kind: "prepare"; readonly model: Param | "*"; readonly returns: "same-arity" | "first-of-tuple" }
	// --- training
	/** `requires_grad_(flag)`; flag parameter defaults to True. `names`: only the adapters of these names (set_requires_grad). */
	| { readonly kind: "requires-grad"; readonly model: Param; readonly flag: Param; readonly names?: Param }
	/** A trainer object that holds the model; `peftConfig` wraps it inside. */
	| {
			readonly kind: "trainer";
			readonly model: Param;
			readonly peftConfig: Param | undefined;
			readonly optimizers: Param | undefined;
			readonly otherModels: readonly Param[];
	  }
	/** Runs the trainer it is a method of, or the one given as `trainer`. */
	| { readonly kind: "trainer-train"; readonly trainer?: Param }
	| { readonly kind: "trainer-evaluate" }
	| { readonly kind: "trainer-save" }
	| { readonly kind: "optimizer"; readonly params: Param }
	| { readonly kind: "optimizer-step" }
	/** It gets more parameters: add_param_group. */
	| { readonly kind: "optimizer-add" }
	| { readonly kind: "checkpointing"; readonly model: Param }
	| { readonly kind: "input-grads"; readonly model: Param }
	/** Returns something we do not follow, or a tuple whose first is the model. */
	| { readonly kind: "resize-embeddings"; readonly model: Param; readonly returns?: "first-of-tuple" }
	// --- use
	/** `.generate`, `.forward`: the model is run. */
	| { readonly kind: "run"; readonly model: Param }
	| { readonly kind: "save"; readonly model: Param; readonly path?: Param }
	| { readonly kind: "load-state-dict"; readonly model: Param }
	/** Gives an adapter's weights as PEFT saves them; with `file`, only where that is one of PEFT's own files. */
	| { readonly kind: "adapter-weights"; readonly file?: Param }
	/** A context manager over the model that does nothing until entered: disable_adapter(). */
	| { readonly kind: "context"; readonly model: Param }
	/** Looks at the model, prints, and returns None: print_trainable_parameters. */
	| { readonly kind: "inspect"; readonly model: Param }
	/** Reads the model and leaves it as it was (num_parameters …). */
	| { readonly kind: "read"; readonly model: Param }
	// --- not models
	/** A PEFT config object; `inject: false` for prompt learning, which leaves the Core untouched. */
	| { readonly kind: "config"; readonly peftType: string; readonly injects: boolean; readonly merges: boolean }
	/** PeftConfig.from_pretrained: a config read from a checkpoint; its type is unknown unless the class says it. */
	| {
			readonly kind: "config-from-pretrained";
			readonly source: Param;
			readonly peftType?: string;
			readonly injects?: boolean;
			readonly merges?: boolean;
	  }
	| { readonly kind: "accelerator" }
	/** An object that holds options of another call: how to quantise, how to train. */
	| { readonly kind: "options" }
	/** Returns something we do not follow and changes no model it is given. */
	| { readonly kind: "opaque" }
	/** Does not return: sys.exit. */
	| { readonly kind: "exit" };

export interface ApiSpec {
	/** Canonical fully qualified name: `peft.PeftModel.from_pretrained`, `torch.compile`. */
	readonly name: string;
	/** Positional parameters in order, without self/cls. Keyword-only parameters may follow after `"*"`. */
	readonly params: readonly Param[];
	readonly effect: Effect;
}

/** What a method or attribute is looked up on: the outermost token of a handle, or another modelled object. */
export type Receiver =
	/** Path starts with `P`. */
	| "peft-model"
	/** Path starts with `T`. */
	| "tuner"
	/** Path is empty, the class is transformers' (or unknown). */
	| "core"
	/** Any handle whatever its path: nn.Module's own methods. */
	| "any-model"
	/** Core of family Diffusion (a pipeline or its network). */
	| "diffusion"
	/** Path starts with `0.auto_model`. */
	| "sentence-transformer"
	| "trainer"
	| "optimizer"
	| "accelerator";

export interface MethodSpec {
	readonly on: Receiver;
	readonly name: string;
	readonly params: readonly Param[];
	readonly effect: Effect;
}

/** An attribute that leads from a handle to another handle on the same Core. */
export interface AttributeSpec {
	readonly on: Receiver;
	readonly name: string;
	/** `tuner`: P → T. `inside`: what the outermost wrapper wraps. `inside-tuner`: T → what it wraps. `strip`: take off one environment token. `model`: the trainer's model. */
	readonly leads: "tuner" | "inside" | "strip" | "model";
}

/** One library: everything the analysis knows of it. */
export interface Library {
	/** Import root: `peft`. */
	readonly root: string;
	readonly apis: readonly ApiSpec[];
	/** Families of names too many to list: tried in order after `apis`. `pattern` matches the canonical name. */
	readonly patterns?: readonly {
		readonly pattern: RegExp;
		readonly params: readonly Param[];
		readonly effect: Effect;
	}[];
	readonly methods?: readonly MethodSpec[];
	readonly attributes?: readonly AttributeSpec[];
	/** Where the public names can be imported from as well: a module path that matches `from` (whole) means the module `to`. */
	readonly reexports?: readonly { readonly from: RegExp; readonly to: string }[];
	/** Class names whose instances are PeftModels, for isinstance narrowing; canonical. */
	readonly peftClasses?: readonly string[];
	/** Class names of plain networks (`transformers.PreTrainedModel`, `torch.nn.Module`), for isinstance narrowing. */
	readonly moduleClasses?: readonly string[];
	/** Base classes that are never called themselves: of tuners, trainers and PEFT configs; canonical. */
	readonly tunerClasses?: readonly string[];
	readonly trainerClasses?: readonly string[];
	readonly configClasses?: readonly string[];
}
