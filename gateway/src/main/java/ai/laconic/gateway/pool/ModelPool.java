package ai.laconic.gateway.pool;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.servicekit.upstream.Upstreams;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.DescribeDecoderRequest;
import ai.laconic.v1.DescribeDecoderResponse;
import ai.laconic.v1.DescribeEncoderRequest;
import ai.laconic.v1.EncoderServiceGrpc;
import ai.laconic.v1.Model;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pool: the encoder and decoder replicas that are configured for it, and the models that they
 * say they run. Which replicas serve a model is for gRPC's health checks to know; here it is only
 * found out which models there are.
 */
final class ModelPool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelPool.class);
  private static final int DESCRIBE_MILLIS = 2000;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final PoolProperties properties;

  /** Replicas of any model. */
  private final Upstream encoders;

  private final Upstream decoders;
  private final ServedModels models;
  private volatile TierReport encoder = TierReport.none();
  private volatile TierReport decoder = TierReport.none();

  /** Written under this; read without, to see whether one has happened since. */
  private volatile long refreshes;

  private String lastTrouble = "";
  private boolean lastReady;

  ModelPool(PoolProperties properties, Upstreams upstreams) {
    this.properties = properties;
    this.models = new ServedModels(properties, upstreams, ModelPool::describe);
    this.encoders = upstreams.open("encoder of pool " + properties.name(), properties.encoder());
    this.decoders = upstreams.open("decoder of pool " + properties.name(), properties.decoder());
  }

  String name() {
    return properties.name();
  }

  PoolState state() {
    return new PoolState(properties.name(), properties.ratio(), models.states(), encoder, decoder);
  }

  /**
   * Returns the model that new text is encoded with; asks now if none is known.
   *
   * @throws StatusRuntimeException FAILED_PRECONDITION if the configured ratio is wrong,
   *     UNAVAILABLE if no model can serve
   */
  ServedModel toEncode() {
    return choose(state -> state.splitByRollout() ? Optional.empty() : state.toEncode());
  }

  /** As {@link #toEncode}, for prompts without latents, which need a decoder alone. */
  ServedModel toDecode() {
    return choose(PoolState::toDecode);
  }

  private ServedModel choose(Function<PoolState, Optional<ModelState>> choice) {
    if (choice.apply(state()).isEmpty()) {
      refreshUnlessNewerThan(refreshes);
    }
    PoolState now = state();
    now.wrongRatio()
        .ifPresent(
            problem -> {
              throw problem;
            });
    return choice
        .apply(now)
        .flatMap(model -> models.find(model.fingerprint()))
        .orElseThrow(() -> Problems.unavailable("pool " + name(), now.trouble(), RETRY_AFTER));
  }

  /**
   * Returns the model with this fingerprint if a decoder may serve it; asks if none is known to.
   */
  Optional<ServedModel> toRead(String fingerprint) {
    Optional<ServedModel> known = models.find(fingerprint);
    if (known.isPresent() && known.get().state().decoderReady()) {
      return known;
    }
    if (known.isEmpty()) {
      models.probe(fingerprint);
      return models.find(fingerprint);
    }
    // Its replicas are away. While others decode another model, it has been replaced.
    return state().decodes() ? Optional.empty() : known;
  }

  /** Asks both tiers now. Blocks for some seconds at most. */
  void refresh() {
    refreshUnlessNewerThan(Long.MAX_VALUE);
  }

  /** Callers that wait here for one refresh share it. */
  private synchronized void refreshUnlessNewerThan(long seen) {
    if (refreshes > seen) {
      return;
    }
    encoder = askEncoder();
    decoder = askDecoder();
    refreshes = refreshes + 1;
    report(state());
  }

  private TierReport askEncoder() {
    try {
      Model model =
          asNobody(
              () ->
                  EncoderServiceGrpc.newBlockingStub(encoders.control())
                      .withDeadlineAfter(DESCRIBE_MILLIS, TimeUnit.MILLISECONDS)
                      .describeEncoder(DescribeEncoderRequest.getDefaultInstance()));
      models.add(model).ifPresent(served -> served.describedByEncoder(model));
      return new TierReport(model, 0, "");
    } catch (StatusRuntimeException e) {
      return encoder.silent("did not answer: " + e.getStatus().getCode());
    }
  }

  private TierReport askDecoder() {
    try {
      DescribeDecoderResponse answer = describe(decoders);
      models.add(answer.getModel()).ifPresent(served -> served.describedByDecoder(answer));
      return new TierReport(answer.getModel(), answer.getMaxPositions(), "");
    } catch (StatusRuntimeException e) {
      return decoder.silent("did not answer: " + e.getStatus().getCode());
    }
  }

  private static DescribeDecoderResponse describe(Upstream decoders) {
    return asNobody(
        () ->
            DecoderServiceGrpc.newBlockingStub(decoders.control())
                .withDeadlineAfter(DESCRIBE_MILLIS, TimeUnit.MILLISECONDS)
                .describeDecoder(DescribeDecoderRequest.getDefaultInstance()));
  }

  /** Asks as nobody's request in particular: the answer is for everyone. */
  private static <T> T asNobody(Supplier<T> question) {
    Context own = TenantId.DEFAULT.in(Context.ROOT);
    Context previous = own.attach();
    try {
      return question.get();
    } finally {
      own.detach(previous);
    }
  }

  private void report(PoolState now) {
    String trouble = now.trouble();
    if (now.ready() == lastReady && trouble.equals(lastTrouble)) {
      return;
    }
    lastReady = now.ready();
    lastTrouble = trouble;
    if (now.ready()) {
      now.toEncode()
          .map(ModelState::model)
          .ifPresent(
              model ->
                  log.info(
                      "pool {} is ready: {} at ratio {}, {}",
                      name(),
                      model.getName(),
                      model.getRatio(),
                      model.getFingerprint()));
    } else if (refreshes == 1) {
      // Connections are opened with the first question, and need a moment to say who serves.
      log.info("pool {} isn't ready yet: {}", name(), trouble);
      lastTrouble = "";
    } else {
      log.warn("pool {} isn't ready: {}", name(), trouble);
    }
  }

  @Override
  public void close() {
    models.close();
    encoders.close();
    decoders.close();
  }
}
