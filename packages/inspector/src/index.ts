export type {
  ChannelAnswer,
  ChannelsAnswer,
  DefinitionSeen,
  FramesAnswer,
  MembersAnswer,
  NodesAnswer,
  OfNode,
  PublishAnswer,
  SessionAnswer,
  SessionsAnswer,
  StateAnswer,
  TailEvent,
  ToldEvent,
  WhyAnswer,
} from './inspection-api.ts'
export { type Inspector, type InspectorOptions, mount } from './mount.ts'
