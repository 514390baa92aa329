/** The language people read, chosen once at start. */
import { en } from "./en";
import { zhCn } from "./zh-cn";

export type TextId = keyof typeof en;
export type TextTable = Readonly<Record<TextId, string>>;

/** English for every locale that has no table. Traditional Chinese is another language. */
export function textsFor(locale: string | undefined): TextTable {
	const tag = (locale ?? "").toLowerCase().replaceAll("_", "-");
	return /^zh(?:$|-cn|-sg|-hans)/.test(tag) ? zhCn : en;
}

/** Puts the values into the places of a text; a place without a value stays. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
	return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
