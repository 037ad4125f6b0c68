package ai.laconic.gateway.pool;

import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.servicekit.upstream.Upstreams;
import ai.laconic.v1.DescribeDecoderResponse;
import ai.laconic.v1.Model;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The models of one pool that its replicas have told of, the newest first. */
final class ServedModels implements AutoCloseable {
  /** While a model is rolled out there are two; one more waits for its decoders. */
  private static final int MOST = 4;

  private static final Duration PROBE_HOLDS = Duration.ofSeconds(5);
  private static final int MOST_PROBES = 1000;

  private final PoolProperties properties;
  private final Upstreams upstreams;
  private final Function<Upstream, DescribeDecoderResponse> describe;
  private final Cache<String, Boolean> probes =
      Caffeine.newBuilder().expireAfterWrite(PROBE_HOLDS).maximumSize(MOST_PROBES).build();
  private volatile List<ServedModel> models = List.of();

  /**
   * @param describe asks decoders what they run
   */
  ServedModels(
      PoolProperties properties,
      Upstreams upstreams,
      Function<Upstream, DescribeDecoderResponse> describe) {
    this.properties = properties;
    this.upstreams = upstreams;
    this.describe = describe;
  }

  List<ModelState> states() {
    return models.stream().map(ServedModel::state).toList();
  }

  Optional<ServedModel> find(String fingerprint) {
    return models.stream().filter(each -> each.fingerprint().equals(fingerprint)).findFirst();
  }

  /**
   * Returns the model that a replica told of, added as the newest if it wasn't known; empty if it
   * isn't one for this pool.
   */
  Optional<ServedModel> add(Model model) {
    return add(model, 0);
  }

  private synchronized Optional<ServedModel> add(Model model, int place) {
    if (model.getRatio() != properties.ratio()) {
      return Optional.empty();
    }
    Optional<ServedModel> known = find(model.getFingerprint());
    if (known.isPresent()) {
      return known;
    }
    ServedModel added =
        new ServedModel(
            properties,
            model,
            upstreams.open(
                "encoder of pool " + properties.name(),
                properties.encoder(),
                model.getFingerprint()),
            upstreams.open(
                "decoder of pool " + properties.name(),
                properties.decoder(),
                model.getFingerprint()));
    List<ServedModel> then = new ArrayList<>(models);
    if (then.size() == MOST) {
      then.remove(then.size() - 1).close();
    }
    then.add(Math.min(place, then.size()), added);
    models = List.copyOf(then);
    return Optional.of(added);
  }

  /**
   * Finds out whether decoders serve a model that no replica has told of, and adds it if so, as the
   * oldest: contexts that were made before name it. Asked once for a while: whoever asks again
   * waits for the same answer.
   */
  void probe(String fingerprint) {
    Boolean unused = probes.get(fingerprint, this::ask);
  }

  private boolean ask(String fingerprint) {
    try (Upstream decoders =
        upstreams.open("decoder of pool " + properties.name(), properties.decoder(), fingerprint)) {
      DescribeDecoderResponse answer = describe.apply(decoders);
      Optional<ServedModel> found = add(answer.getModel(), MOST);
      found.ifPresent(served -> served.describedByDecoder(answer));
      return found.isPresent();
    } catch (StatusRuntimeException nobody) {
      // Whoever asked is told what there is instead.
      return false;
    }
  }

  @Override
  public synchronized void close() {
    models.forEach(ServedModel::close);
  }
}
