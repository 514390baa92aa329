"""PEFT038: the base model has the adapter layers inside, and is no PeftModel."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

CHECKPOINT = "out/run/checkpoint-2"


def run(names):
    """The block, after what an earlier one left is gone."""
    shutil.rmtree("out/run", ignore_errors=True)
    needs("datasets")
    return names()


def keys():
    from safetensors import safe_open

    with safe_open(f"{CHECKPOINT}/model.safetensors", framework="pt") as file:
        return list(file.keys())


def is_whole():
    renamed = [key for key in keys() if ".base_layer." in key]
    adapter = Path(CHECKPOINT, "adapter_model.safetensors").exists()
    return len(renamed) > 0 and not adapter, f"{len(renamed)} keys with base_layer, no adapter"


def is_random():
    loads = [AutoModelForCausalLM.from_pretrained(CHECKPOINT) for _ in range(2)]
    weights = [model.state_dict()["model.layers.0.self_attn.q_proj.weight"] for model in loads]
    same = torch.equal(*weights)
    return not same, "q_proj " + ("is the same in two loads" if same else "differs from load to load")


def is_adapter(model):
    whole = Path(CHECKPOINT, "model.safetensors").exists()
    again = PeftModel.from_pretrained(base_model(), CHECKPOINT)
    return not whole and same_output(model, again), "an adapter, which loads as it was trained"


# --- the documented examples


@evidence.claim("Bad: the trainer's checkpoint is a whole model with renamed layers, which load as random ones")
def bad():
    run(lambda: evidence.block("Bad"))
    return all_of(is_whole(), is_random())


@evidence.claim("Good: the trainer's checkpoint is an adapter, which loads as it was trained")
def good():
    return is_adapter(run(lambda: evidence.block("Good"))["model"])


# --- what is there, and what is not


@evidence.claim("the base variable computes with the adapter")
def in_place():
    base = base_model()
    PeftModel.from_pretrained(base, SFT)
    return output_is(base, "sft")


@evidence.claim("the base variable trains the adapter alone")
def in_place_trained():
    base = base_model()
    get_peft_model(base, lora_config())
    names = [name for name, parameter in base.named_parameters() if parameter.requires_grad]
    return all_of((all("lora_" in name for name in names), f"{len(names)} trainable tensors"), trains(base))


@evidence.claim("it has none of the methods of a PeftModel")
def methods():
    base = base_model()
    get_peft_model(base, lora_config())
    missing = ["print_trainable_parameters", "merge_and_unload", "disable_adapter", "get_base_model"]
    return not any(hasattr(base, name) for name in missing), ", ".join(missing)


@evidence.claim("of a prompt nothing is left: the output is the base model's, and no parameter is trainable")
def prompt():
    base = base_model()
    config = peft.PromptTuningConfig(num_virtual_tokens=4, task_type="CAUSAL_LM")
    get_peft_model(base, config)
    return all_of(output_is(base, "base"), trainable_is(base, False))


@evidence.claim("a PeftModel's generate() takes positional arguments, in PEFT 0.7 keywords alone")
def positional():
    model = fresh()
    if since(0, 8):
        return model.generate(PROMPT, max_new_tokens=1).shape[1] == PROMPT.shape[1] + 1, "one token more"
    return raises(TypeError, lambda: model.generate(PROMPT, max_new_tokens=1))


# --- what looks the same and is right


@evidence.claim("a load into the network of a wrapper reaches the wrapper")
def hook():
    model = fresh()
    PeftModel.from_pretrained(model.base_model.model, SFT)
    return output_is(model, "sft")


@evidence.claim("transformers' own add_adapter() works in place: its save is an adapter")
def own():
    model = base_model()
    try:
        model.add_adapter(lora_config())
    except Exception as error:
        raise Skip(f"transformers {transformers.__version__} needs a newer PEFT to add adapters: {error}") from error
    model.save_pretrained("out/own")
    return not Path("out/own/model.safetensors").exists(), "an adapter alone"


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: the trainer's checkpoint is an adapter, which loads as it was trained")
def bad_fixed():
    return is_adapter(run(lambda: evidence.fixed_block(0))["model"])


evidence.run()
