package ai.laconic.gateway.pool;

import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.servicekit.upstream.Upstreams;
import ai.laconic.v1.DescribeDecoderResponse;
import ai.laconic.v1.Model;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The models of one pool that its replicas have told of, the newest last. */
final class ServedModels implements AutoCloseable {
  /** While a model is rolled out there are two; one more waits for its decoders. */
  private static final int MOST = 4;

  private final PoolProperties properties;
  private final Upstreams upstreams;
  private volatile List<ServedModel> models = List.of();

  ServedModels(PoolProperties properties, Upstreams upstreams) {
    this.properties = properties;
    this.upstreams = upstreams;
  }

  List<ModelState> states() {
    return models.stream().map(ServedModel::state).toList();
  }

  Optional<ServedModel> find(String fingerprint) {
    return models.stream().filter(each -> each.fingerprint().equals(fingerprint)).findFirst();
  }

  /** Returns the model, added if it is new; empty if it isn't one for this pool. */
  synchronized Optional<ServedModel> add(Model model) {
    if (model.getRatio() != properties.ratio()) {
      return Optional.empty();
    }
    Optional<ServedModel> known = find(model.getFingerprint());
    if (known.isPresent()) {
      return known;
    }
    ServedModel added =
        new ServedModel(
            properties.name(),
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
      // The oldest that nobody serves, or else the oldest.
      ServedModel gone =
          then.stream()
              .filter(each -> !each.state().decoderReady())
              .findFirst()
              .orElse(then.get(0));
      then.remove(gone);
      gone.close();
    }
    then.add(added);
    models = List.copyOf(then);
    return Optional.of(added);
  }

  /** Asks the decoders that serve this model for its description, and adds it if there are any. */
  void probe(String fingerprint, Function<Upstream, DescribeDecoderResponse> describe) {
    try (Upstream decoders =
        upstreams.open("decoder of pool " + properties.name(), properties.decoder(), fingerprint)) {
      add(describe.apply(decoders).getModel());
    } catch (StatusRuntimeException nobody) {
      // Whoever asked is told what there is instead.
    }
  }

  @Override
  public synchronized void close() {
    models.forEach(ServedModel::close);
  }
}
