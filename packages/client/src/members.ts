// The door of `@baro/client/members`: who is here. A page that does not ask loads none of it.
export { askWho } from './members/ask-who.ts'
export { type FollowedMembers, followMembers, type MembersEvents } from './members/follow-members.ts'
export { type OwnState, type Tracking, track } from './members/tracking.ts'
