export function forwardSlot(slot: usize): void {
}
