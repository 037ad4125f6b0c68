package ai.laconic.gateway.healing;

import com.google.protobuf.ByteString;
import java.util.Optional;

/** Where the text of a region is, and how its latents come out of it. */
public sealed interface Origin {
  /** Returns the segments that hold the text; empty if the prompt brought it. */
  Optional<SegmentRun> segments();

  /** Encoded for the prompt that brought the text. */
  record Inline(ByteString text) implements Origin {
    @Override
    public Optional<SegmentRun> segments() {
      return Optional.empty();
    }
  }

  /** Encoded with the rest of their span, when the context was made. */
  record Stored(SegmentRun run) implements Origin {
    @Override
    public Optional<SegmentRun> segments() {
      return Optional.of(run);
    }
  }

  /** Encoded by themselves, to be read in place of what the context has. */
  record Reread(SegmentRun run) implements Origin {
    @Override
    public Optional<SegmentRun> segments() {
      return Optional.of(run);
    }
  }
}
