package ai.laconic.gateway.prompt;

import ai.laconic.gateway.healing.Region;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.MemoryRegion;
import com.google.protobuf.ByteString;

/** What a decoder reads in one piece. */
sealed interface ResolvedPart {
  DecodePart toProto();

  /** Text that is read token by token. */
  record Text(ByteString text) implements ResolvedPart {
    @Override
    public DecodePart toProto() {
      return DecodePart.newBuilder().setTextBytes(text).build();
    }
  }

  /** Latents in place of a text. */
  record Latents(Region region) implements ResolvedPart {
    @Override
    public DecodePart toProto() {
      return DecodePart.newBuilder()
          .setRegion(MemoryRegion.newBuilder().addAllLatents(region.latents()))
          .build();
    }
  }
}
