/**
 * The name that somebody is signed in under, for the script of the pages, which are the same for everybody. It proves
 * nothing. It stands alone: what signs and verifies is no part of a page.
 */
export const nameCookie = 'member'
