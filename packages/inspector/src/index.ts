export type {
  ChannelAnswer,
  ChannelsAnswer,
  DefinitionSeen,
  FramesAnswer,
  MembersAnswer,
  NodesAnswer,
  NodesWhyAnswer,
  OfNode,
  PublishAnswer,
  SessionAnswer,
  SessionsAnswer,
  StateAnswer,
  TailEvent,
  ToldEvent,
} from './inspection-api.ts'
export { type Inspector, type InspectorOptions, mount } from './mount.ts'
