package ai.laconic.benchmarks.served;

import ai.laconic.v1.Context;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerationTask;
import ai.laconic.v1.MemoryRegion;
import ai.laconic.v1.Part;
import ai.laconic.v1.Segment;
import ai.laconic.v1.Turn;
import io.grpc.ManagedChannel;

/** Asks a decoder as the gateway does. */
public final class DecoderClient implements AutoCloseable {
  private final ManagedChannel channel;

  private DecoderClient(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a connection.
   *
   * @param decoder host and port
   */
  public static DecoderClient open(String decoder) {
    return new DecoderClient(Channels.tier(decoder));
  }

  /** Asks and returns the seconds to the end. */
  public double decode(DecodeRequest request) {
    Stopwatch watch = new Stopwatch();
    DecoderServiceGrpc.newBlockingStub(channel).decode(request).forEachRemaining(event -> {});
    return watch.seconds();
  }

  /**
   * Returns what the gateway makes of a request whose contexts are all {@code context}, with its
   * segments.
   */
  public static DecodeRequest of(GenerateRequest request, Context context) {
    DecodeRequest.Builder decode =
        DecodeRequest.newBuilder()
            .setFingerprint(context.getFingerprint())
            .setGeneration(GenerationTask.newBuilder().setMaxTokens(request.getMaxTokens()));
    MemoryRegion.Builder region = MemoryRegion.newBuilder();
    context.getSegmentsList().stream().map(Segment::getLatent).forEach(region::addLatents);
    for (Turn turn : request.getTurnsList()) {
      DecodeTurn.Builder decoded = DecodeTurn.newBuilder().setRole(turn.getRole());
      for (Part part : turn.getPartsList()) {
        decoded.addParts(
            part.hasContext()
                ? DecodePart.newBuilder().setRegion(region)
                : DecodePart.newBuilder().setText(part.getText()));
      }
      decode.addTurns(decoded);
    }
    return decode.build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
