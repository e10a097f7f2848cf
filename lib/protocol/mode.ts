/**
 * Whose history a browser sees.
 *
 * `local`: only this machine can reach Rill, and all of its browsers share one history. `password`: whoever has given the
 * password shares one history, on any device. `open`: everybody is let in, and each browser has a history of its own.
 */
export type Mode = 'local' | 'password' | 'open'
