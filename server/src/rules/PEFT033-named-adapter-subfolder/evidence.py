"""PEFT033: an adapter that is not called `default` is saved in a folder of its name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def saved(path, *names):
    model = get_peft_model(base_model(), lora_config(), adapter_name=names[0])
    for name in names[1:]:
        model.add_adapter(name, lora_config())
    write_weights(model, 1, names[0])
    model.save_pretrained(path)
    return path


# --- the documented examples


@evidence.claim("Bad: the load raises ValueError")
def bad():
    return raises(ValueError, lambda: evidence.block("Bad"))


@evidence.claim("Good: the adapter's own folder is loaded")
def good():
    return trainable_is(evidence.block("Good", 0)["tuned"], False)


@evidence.claim("Good, without a name: the folder is loaded, under a name")
def good_default():
    tuned = evidence.block("Good", 1)["tuned"]
    return list(tuned.peft_config) == ["sft"], f"{list(tuned.peft_config)}"


# --- where it lies


@evidence.claim("the folder itself has no adapter, and that of its name has it with its weights")
def folders():
    path = saved("out/one", "sft")
    seen = sorted(str(file.relative_to(path)) for file in Path(path).rglob("adapter_config.json"))
    model = PeftModel.from_pretrained(base_model(), f"{path}/sft")
    return all_of((seen == [str(Path("sft/adapter_config.json"))], f"{seen}"), output_is(model, "sft"))


@evidence.claim("the same of AutoPeftModel and of load_adapter of a PeftModel")
def other_loads():
    path = saved("out/loads", "sft")
    return all_of(
        raises(ValueError, lambda: peft.AutoPeftModelForCausalLM.from_pretrained(path)),
        raises(ValueError, lambda: loaded().load_adapter(path, adapter_name="sft")),
    )


@evidence.claim("`subfolder` is taken by PeftModel.from_pretrained and by load_adapter")
def subfolder():
    path = saved("out/sub", "sft")
    model = fresh()
    model.load_adapter(path, adapter_name="sft", subfolder="sft")
    model.set_adapter("sft")
    return all_of(
        output_is(PeftModel.from_pretrained(base_model(), path, subfolder="sft"), "sft"), output_is(model, "sft")
    )


@evidence.claim("of several adapters the one called default is in the folder itself")
def several():
    path = saved("out/several", "default", "second")
    return all_of(
        output_is(PeftModel.from_pretrained(base_model(), path), "sft"),
        (Path(path, "second", "adapter_config.json").exists(), "second/ is there"),
    )


@evidence.claim("a trainer saves it in the same place")
def by_trainer():
    needs("trl")
    model = get_peft_model(base_model(), lora_config(), adapter_name="sft")
    trainer = sft_trainer(model)
    trainer.save_model("out/by-trainer")
    return all_of(
        (Path("out/by-trainer/sft/adapter_config.json").exists(), "sft/ is there"),
        raises(ValueError, lambda: PeftModel.from_pretrained(base_model(), "out/by-trainer")),
    )


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: the adapter is loaded")
def bad_fixed():
    tuned = evidence.fixed_block(0)["tuned"]
    return bool(adapter_keys(tuned)), f"{len(adapter_keys(tuned))} adapter tensors"


evidence.run()
