/** Where a rule's page is on the web. */

const PAGES = "https://github.com/peft-lint/peft-lint/blob/main/docs/rules";

/** Address of the page of a rule, or of the rule of a finding. */
export function ruleUrl({ code, name }: { readonly code: string; readonly name: string }): string {
	return `${PAGES}/${code}-${name}.md`;
}
