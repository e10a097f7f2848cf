/** The browser remembers a folded sidebar in a cookie: the server renders it so, and nothing moves as the page wakes up. */
export const sidebarCookie = 'rill-sidebar'
