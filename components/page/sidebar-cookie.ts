/** Stores a collapsed sidebar in a cookie, so that the server renders it and nothing moves during hydration. */
export const sidebarCookie = 'rill-sidebar'
