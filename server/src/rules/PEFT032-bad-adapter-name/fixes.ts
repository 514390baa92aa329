/** Another name for an adapter, wherever the program writes the old one. */
import type { ModelGraph } from "../../analysis/graph";
import type { Finding, Fix } from "../rule";
import { argumentFor } from "../shared/calls";
import { deleteArgument, fix, ranked, replace } from "../shared/edits";
import { code, samePlace, textOf } from "../shared/source";
import { nameArgument } from "./names";

export function fixes(finding: Finding, graph: ModelGraph): readonly Fix[] {
	const event = graph.events[finding.event];
	const situation = event?.cases.find((one) => one.adapter !== undefined && /\.|^$/.test(one.adapter));
	const argument = event && situation && nameArgument(event, situation);
	if (event === undefined || argument === undefined) return [];
	if (situation?.adapter === "") {
		const own = argumentFor(event.call, "adapter_name");
		const isLast = own !== undefined && event.call.args.at(-1) === own;
		if (own === undefined || !samePlace(own, argument) || (!own.keyword && !isLast)) return [];
		return ranked([
			fix("Leave the name out, which is `default` then", "suggestion", [deleteArgument(graph, event.call, own)]),
		]);
	}
	return ranked([rename(graph, situation?.adapter ?? "", argument.file)]);
}

/** Every text of the file that is the name, where each is surely the adapter's. */
function rename(graph: ModelGraph, name: string, file: number): Fix | undefined {
	const places = graph.events
		.flatMap(({ call, frames }) => [call, ...frames.map((frame) => frame.call)])
		.flatMap(({ args }) => args)
		.filter((arg) => arg.constant === name && arg.file === file && /^["'][^"'\\]*["']$/.test(textOf(graph, arg.value)))
		.map(({ value }) => value);
	const own = places.filter((place, index) => places.findIndex((other) => samePlace(other, place)) === index);
	const text = graph.sources[file]?.text ?? "";
	const written = text.split(`"${name}"`).length + text.split(`'${name}'`).length - 2;
	if (own.length === 0 || own.length !== written) return undefined;
	const fresh = name.replaceAll(".", "_");
	if (text.includes(`"${fresh}"`) || text.includes(`'${fresh}'`)) return undefined;
	return fix(
		`Call the adapter ${code(fresh)}`,
		"suggestion",
		own.map((place) => replace(place, textOf(graph, place).replace(name, fresh))),
	);
}
