/** Past this many crashes within the window the server stays down: it would only crash again, and eat the machine. */
export const maxCrashes = 4;
/** Milliseconds. */
export const crashWindow = 3 * 60 * 1000;

/** Remembers crashes. Told of one at time `now` (milliseconds), says whether to start the server again. */
export function crashBudget(): (now: number) => "restart" | "give-up" {
	let recent: readonly number[] = [];
	return (now) => {
		recent = [...recent.filter((time) => now - time < crashWindow), now];
		return recent.length > maxCrashes ? "give-up" : "restart";
	};
}
