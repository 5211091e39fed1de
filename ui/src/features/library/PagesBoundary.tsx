import { Component, type ReactNode } from "react";
import type { CommandError } from "@/generated/rpc";
import { asCommandError } from "@/rpc/call";

interface Props {
  onFail(error: CommandError): void;
  children: ReactNode;
}

/** Pages that cannot be drawn cost the pages and nothing else: the text as it was read takes their place. */
export class PagesBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown) {
    this.props.onFail(asCommandError(error));
  }

  override render() {
    return this.state.failed ? null : this.props.children;
  }
}
