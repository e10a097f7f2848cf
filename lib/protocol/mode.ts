/**
 * Whose history a browser sees.
 *
 * `local`: only this machine can reach Rill, and its browsers share one history. `password`: everyone with the password
 * shares one history, on any device. `open`: anyone may come in, and each browser has its own history.
 */
export type Mode = 'local' | 'password' | 'open'
