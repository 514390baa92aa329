"""PEFT037: functions, classes and arguments that later versions do not have."""

import dataclasses
import inspect
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def trl_of_today():
    return needs("trl")


# --- the documented examples


@evidence.claim("Bad: SFTTrainer raises TypeError for `tokenizer`")
def bad():
    trl_of_today()
    return raises(TypeError, lambda: evidence.block("Bad", 0))


@evidence.claim("Bad: BoneConfig is there from 0.14 to 0.18, and its import fails from 0.19 on")
def bad_bone():
    if not since(0, 14):
        return raises(ImportError, lambda: evidence.block("Bad", 1))
    if since(0, 19):
        return raises(ImportError, lambda: evidence.block("Bad", 1))
    return trainable_is(evidence.block("Bad", 1)["model"], True)


@evidence.claim("Bad: transformers 5 raises TypeError for `load_in_4bit`")
def bad_quantized():
    return raises(TypeError, lambda: evidence.block("Bad", 2))


@evidence.claim("Good: the trainer trains")
def good():
    trl_of_today()
    trainer = evidence.block("Good", 0)["trainer"]
    trainer.args.max_steps = 1
    trainer.train()
    return trainer.state.global_step >= 1, f"{trainer.state.global_step} steps"


@evidence.claim("Good: MissConfig gives a trainable adapter")
def good_miss():
    if not hasattr(peft, "MissConfig"):
        raise Skip("MissConfig came with PEFT 0.17")
    return trains(evidence.block("Good", 1)["model"])


@evidence.claim("Good: the config asks for the quantization")
def good_quantized():
    raise Skip("needs bitsandbytes; source: https://huggingface.co/docs/transformers/quantization/bitsandbytes")


# --- the versions


@evidence.claim("prepare_model_for_int8_training is there until 0.9, prepare_model_for_kbit_training in all")
def int8():
    seen = hasattr(peft, "prepare_model_for_int8_training")
    return seen == (not since(0, 10)) and hasattr(peft, "prepare_model_for_kbit_training"), f"int8: {seen}"


@evidence.claim("transformers 5: from_pretrained raises TypeError for each of the three arguments, whatever their value")
def loaders():
    if int(transformers.__version__.split(".")[0]) < 5:
        raise Skip(f"transformers {transformers.__version__}")
    names = ("load_in_4bit", "load_in_8bit", "use_auth_token")
    return all_of(
        *(raises(TypeError, lambda: AutoModelForCausalLM.from_pretrained(BASE, **{name: False})) for name in names),
        raises(TypeError, lambda: peft.AutoPeftModelForCausalLM.from_pretrained(SFT, load_in_4bit=True)),
    )


@evidence.claim("transformers 5: Trainer has no `tokenizer`, and has `processing_class`")
def trainer():
    names = inspect.signature(transformers.Trainer.__init__).parameters
    return "tokenizer" not in names and "processing_class" in names, f"{len(names)} parameters"


@evidence.claim("the trainers of TRL lack every argument that is listed, and have `processing_class`")
def trainers():
    trl = trl_of_today()
    listed = re.findall(
        r"\t(\w+Trainer): \{(.*?)\},\n(?=\t\w|\};)",
        (Path(__file__).resolve().parents[2] / "catalog" / "removed.ts").read_text(encoding="utf-8"),
        re.S,
    )
    seen = []
    for name, table in listed:
        if not hasattr(trl, name):
            continue
        parameters = inspect.signature(getattr(trl, name).__init__).parameters
        gone = {word for text in re.findall(r'"([a-z][\w ]*)"', table) for word in text.split()}
        left = gone & set(parameters)
        seen.append((not left and "processing_class" in parameters, f"{name}: {len(gone)} gone, still there: {sorted(left)}"))
    return all_of((len(seen) >= 4, f"{len(seen)} trainers"), *seen)


@evidence.claim("the arguments of the example are fields of SFTConfig")
def fields():
    trl = trl_of_today()
    names = {field.name for field in dataclasses.fields(trl.SFTConfig)}
    wanted = {"dataset_text_field", "packing", "max_length"}
    return wanted <= names and "max_seq_length" not in names, f"{sorted(wanted & names)}"


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the trainer trains")
def bad_fixed():
    trl_of_today()
    trainer = evidence.fixed_block(0)["trainer"]
    trainer.args.max_steps = 1
    trainer.train()
    return trainer.state.global_step >= 1, f"{trainer.state.global_step} steps"


@evidence.claim("Bad, after PEFT Lint's fix: the adapter is trainable")
def bad_bone_fixed():
    if not hasattr(peft, "MissConfig"):
        raise Skip("MissConfig came with PEFT 0.17")
    return trains(evidence.fixed_block(1)["model"])


@evidence.claim("MissConfig computes what BoneConfig computed, with the same weights")
def same_as_bone():
    if not hasattr(peft, "MissConfig") or not hasattr(peft, "BoneConfig"):
        raise Skip("PEFT 0.17 and 0.18 have both")
    models = []
    for config in (peft.BoneConfig, peft.MissConfig):
        model = get_peft_model(base_model(), config(r=4, target_modules=["q_proj"]))
        generator = torch.Generator().manual_seed(1)
        for name, parameter in model.named_parameters():
            if "_block" in name:
                parameter.data = torch.randn(parameter.shape, generator=generator) * 0.3
        models.append(model)
    return same_output(*models) and computes(models[0]) == "other", f"output == {computes(models[0])}"


evidence.run()
