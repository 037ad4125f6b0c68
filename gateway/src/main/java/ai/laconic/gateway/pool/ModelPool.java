package ai.laconic.gateway.pool;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.peer.Peer;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.DecoderServiceGrpc.DecoderServiceBlockingStub;
import ai.laconic.v1.DescribeDecoderRequest;
import ai.laconic.v1.DescribeEncoderRequest;
import ai.laconic.v1.EncoderServiceGrpc;
import ai.laconic.v1.EncoderServiceGrpc.EncoderServiceBlockingStub;
import ai.laconic.v1.Model;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pool: its two peers and what they last said of themselves. */
public final class ModelPool {
  private static final Logger log = LoggerFactory.getLogger(ModelPool.class);
  private static final int DESCRIBE_MILLIS = 2000;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final Peer encoder;
  private final Peer decoder;
  private final EncoderServiceBlockingStub encoderStub;
  private final DecoderServiceBlockingStub decoderStub;
  private volatile PoolState state;

  /** Guarded by this; read without, to see whether one has happened since. */
  private volatile long refreshes;

  public ModelPool(String name, int ratio, Peer encoder, Peer decoder) {
    this.encoder = encoder;
    this.decoder = decoder;
    this.encoderStub = EncoderServiceGrpc.newBlockingStub(encoder.channel());
    this.decoderStub = DecoderServiceGrpc.newBlockingStub(decoder.channel());
    this.state = PoolState.unknown(name, ratio);
  }

  public String name() {
    return state.name();
  }

  public int ratio() {
    return state.ratio();
  }

  PoolState state() {
    return state;
  }

  public EncoderServiceBlockingStub encoder() {
    return encoderStub;
  }

  public DecoderServiceBlockingStub decoder() {
    return decoderStub;
  }

  /** Returns the model that the encoder runs; asks it now if it never answered. */
  public Model encoderModel() {
    return model("encoder", PoolState::encoderModel, now -> now.encoder().trouble());
  }

  /** Returns the model that the decoder runs; asks it now if it never answered. */
  public Model decoderModel() {
    return model("decoder", PoolState::decoderModel, now -> now.decoder().trouble());
  }

  private Model model(
      String side,
      Function<PoolState, @Nullable Model> model,
      Function<PoolState, String> trouble) {
    long seen = refreshes;
    if (model.apply(state) == null) {
      refreshUnlessNewerThan(seen);
    }
    PoolState now = state;
    now.mismatch()
        .ifPresent(
            problem -> {
              throw problem;
            });
    Model known = model.apply(now);
    if (known == null) {
      throw Problems.unavailable(side + " of pool " + name(), trouble.apply(now), RETRY_AFTER);
    }
    return known;
  }

  /** Asks both sides now. Blocks for some seconds at most. */
  void refresh() {
    refreshUnlessNewerThan(Long.MAX_VALUE);
  }

  /** Callers that wait here for one refresh share it. */
  private synchronized void refreshUnlessNewerThan(long seen) {
    if (refreshes > seen) {
      return;
    }
    PoolState before = state;
    PoolState after =
        new PoolState(
            before.name(),
            before.ratio(),
            ask(
                encoder,
                before.encoder(),
                () ->
                    encoderStub
                        .withDeadlineAfter(DESCRIBE_MILLIS, TimeUnit.MILLISECONDS)
                        .describeEncoder(DescribeEncoderRequest.getDefaultInstance())),
            ask(
                decoder,
                before.decoder(),
                () ->
                    decoderStub
                        .withDeadlineAfter(DESCRIBE_MILLIS, TimeUnit.MILLISECONDS)
                        .describeDecoder(DescribeDecoderRequest.getDefaultInstance())));
    state = after;
    refreshes = refreshes + 1;
    if (after.ready() != before.ready() || !after.trouble().equals(before.trouble())) {
      if (after.ready()) {
        log.info("pool {} is ready: {}", name(), shown(after.decoderModel()));
      } else {
        log.warn("pool {} isn't ready: {}", name(), after.trouble());
      }
    }
  }

  private static String shown(@Nullable Model model) {
    return model == null
        ? "no model"
        : model.getName() + " at ratio " + model.getRatio() + ", " + model.getFingerprint();
  }

  /** Asks as nobody's request in particular: the answer is for everyone. */
  private static <T> Side<T> ask(Peer peer, Side<T> before, Supplier<T> describe) {
    Context own = TenantId.DEFAULT.in(Context.ROOT);
    Context previous = own.attach();
    try {
      T answer = describe.get();
      return peer.ready() ? Side.ready(answer) : before.down("isn't serving");
    } catch (StatusRuntimeException e) {
      // Too busy to say is not down.
      return e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
          ? before
          : before.down("did not answer: " + e.getStatus().getCode());
    } finally {
      own.detach(previous);
    }
  }
}
