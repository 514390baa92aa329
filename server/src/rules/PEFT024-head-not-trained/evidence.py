"""PEFT024: classifiers whose new head is neither trained nor saved."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *
from peft import AdaLoraConfig, IA3Config, LoHaConfig, PeftModelForSequenceClassification
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification, BertConfig, BertModel

evidence = Evidence(__file__)

BERT = "google-bert/bert-base-uncased"
KINDS = {BERT: ["query", "value"], BASE: ["q_proj", "v_proj"]}


def classifier(path=BERT, kind=AutoModelForSequenceClassification):
    if path == BERT and not Path(BERT).exists():
        shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
        BertModel(BertConfig(vocab_size=64, **shape)).save_pretrained(BERT)
    return kind.from_pretrained(path, num_labels=2)


def wrap(task, path=BERT, kind=AutoModelForSequenceClassification, **fields):
    config = LoraConfig(r=4, target_modules=KINDS[path], task_type=task, **fields)
    return get_peft_model(classifier(path, kind), config)


def fit(model):
    """Trains a classifier. Returns the names of the parameters that changed."""
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    optimizer = torch.optim.AdamW([parameter for parameter in model.parameters() if parameter.requires_grad], lr=0.05)
    labels = torch.tensor([1]) if "Sequence" in type(model.get_base_model()).__name__ else torch.ones_like(PROMPT)
    model.train()
    for _ in range(3):
        model(input_ids=PROMPT, labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
    return [name for name, parameter in model.named_parameters() if not torch.equal(parameter, before[name])]


def of_head(names):
    return [name for name in names if re.search(r"\b(score|classifier)\b", name)]


def survives(model, path=BERT, kind=AutoModelForSequenceClassification):
    model.save_pretrained("out/head")
    return same_output(model, PeftModel.from_pretrained(classifier(path, kind), "out/head").eval())


def head_is(model, expected, path=BERT, kind=AutoModelForSequenceClassification):
    """Trained, saved, and the same after loading; or none of these."""
    trained = bool(of_head(fit(model)))
    again = survives(model, path, kind)
    saved = bool(of_head(saved_keys("out/head")))
    detail = f"head trained: {trained}, saved: {saved}, same output after loading: {again}"
    return (trained, saved, again) == (expected,) * 3, detail


# --- the documented examples


@evidence.claim("Bad: the head is as it was, the checkpoint has none, and loaded again the model computes something else")
def bad():
    model = evidence.block("Bad")["model"]
    again = PeftModel.from_pretrained(classifier(BASE), "out/classifier")
    heads = of_head(saved_keys("out/classifier"))
    return all_of((not heads, f"{len(heads)} tensors of the head saved"), (not same_output(model, again), "another output"))


@evidence.claim("Good: the checkpoint has the head, and loaded again the model computes the same")
def good():
    model = evidence.block("Good")["model"]
    again = PeftModel.from_pretrained(classifier(BASE), "out/classifier")
    heads = of_head(saved_keys("out/classifier"))
    return all_of((len(heads) == 1, f"{len(heads)} tensors of the head saved"), (same_output(model, again), "the same output"))


# --- why


@evidence.claim("the head of a network that has none is random: two loads, two outputs")
def random_head():
    return all_of(*((not same_output(classifier(path), classifier(path)), path) for path in KINDS))


@evidence.claim("no task, FEATURE_EXTRACTION, QUESTION_ANS: the head is not trained, not saved, and another one after loading")
def other_tasks():
    tasks = (None, "FEATURE_EXTRACTION", "QUESTION_ANS")
    return all_of(*(head_is(wrap(task, path), False, path) for task in tasks for path in KINDS))


@evidence.claim("the same for token classification")
def tokens():
    kind = AutoModelForTokenClassification
    return all_of(head_is(wrap(None, BERT, kind), False, BERT, kind), head_is(wrap("TOKEN_CLS", BERT, kind), True, BERT, kind))


@evidence.claim("CAUSAL_LM and SEQ_2_SEQ_LM: the wrap raises AttributeError")
def language_tasks():
    tasks = ("CAUSAL_LM", "SEQ_2_SEQ_LM")
    return all_of(*(raises(AttributeError, lambda task=task, path=path: wrap(task, path)) for task in tasks for path in KINDS))


@evidence.claim("other tuners: the head is not trained either")
def tuners():
    targets = {"target_modules": ["query", "value"]}
    configs = [
        IA3Config(**targets, feedforward_modules=[]),
        LoHaConfig(r=4, **targets),
        AdaLoraConfig(init_r=4, target_r=2, total_step=10, **targets),
    ]
    changed = [of_head(fit(get_peft_model(classifier(), config))) for config in configs]
    return not any(changed), f"{sum(map(len, changed))} tensors of heads changed"


@evidence.claim("nothing is said by PEFT while the model is wrapped")
def silent():
    base = classifier()
    return warned(lambda: get_peft_model(base, LoraConfig(r=4, target_modules=["query", "value"])), {"": False})


# --- what looks the same and is right


@evidence.claim("SEQ_CLS and TOKEN_CLS: the head is trained, saved and the same after loading")
def right_tasks():
    return all_of(*(head_is(wrap(task, path), True, path) for task in ("SEQ_CLS", "TOKEN_CLS") for path in KINDS))


@evidence.claim("modules_to_save: the same without a task")
def modules():
    return all_of(
        head_is(wrap(None, modules_to_save=["classifier"]), True),
        head_is(wrap(None, BASE, modules_to_save=["score"]), True, BASE),
    )


@evidence.claim("PeftModelForSequenceClassification itself: the head is trained, whatever the config says")
def by_class():
    model = PeftModelForSequenceClassification(classifier(), LoraConfig(r=4, target_modules=["query", "value"]))
    heads = of_head(fit(model))
    return bool(heads), f"{len(heads)} tensors of the head changed"


@evidence.claim("a checkpoint that has a head: the same head after loading, trained or not")
def own_head():
    classifier().save_pretrained("out/full")
    kind = AutoModelForSequenceClassification
    model = get_peft_model(kind.from_pretrained("out/full"), LoraConfig(r=4, target_modules=["query", "value"]))
    fit(model)
    model.save_pretrained("out/head")
    again = PeftModel.from_pretrained(kind.from_pretrained("out/full"), "out/head")
    return same_output(model, again), "the same output"


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: the checkpoint has the head, and loaded again the model computes the same")
def bad_fixed():
    model = evidence.fixed_block(0)["model"]
    again = PeftModel.from_pretrained(classifier(BASE), "out/classifier")
    heads = of_head(saved_keys("out/classifier"))
    return all_of((len(heads) == 1, f"{len(heads)} tensors of the head saved"), (same_output(model, again), "the same output"))


evidence.run()
