export function packVerifier(places: { dist: string; destination: string }): string
