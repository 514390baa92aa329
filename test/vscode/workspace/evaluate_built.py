from builder import build
from peft import PeftModel

model = build("base-model")
model = PeftModel.from_pretrained(model, "out/adapter")
model.eval()
