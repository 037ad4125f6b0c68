package ai.laconic.encoder.engine;

import ai.laconic.encoder.batch.WindowEncoder;
import ai.laconic.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import ai.laconic.inference.ModelConfig;
import ai.laconic.inference.ModelConfigRequest;
import ai.laconic.inference.ModelConfigResponse;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferResponse;
import ai.laconic.inference.ModelParameter;
import ai.laconic.inference.ModelReadyRequest;
import ai.laconic.inference.ModelReadyResponse;
import ai.laconic.inference.ServerReadyRequest;
import ai.laconic.inference.ServerReadyResponse;
import ai.laconic.runtime.model.ModelDirectory;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A Triton server whose model really encodes, or misbehaves. */
public final class FakeTriton extends GRPCInferenceServiceImplBase {
  private static final String MODEL = "lclm_encoder";

  /** What happens to a request. */
  @FunctionalInterface
  public interface Behaviour {
    void answer(ModelInferRequest request, StreamObserver<ModelInferResponse> response);
  }

  final List<ModelInferRequest> requests = new CopyOnWriteArrayList<>();
  final AtomicInteger cancelled = new AtomicInteger();
  private final TensorModel model;
  private volatile Behaviour behaviour;
  private volatile String fingerprint;
  private volatile boolean serverReady = true;
  private volatile boolean modelReady = true;

  /**
   * @param encoder does the computing
   * @param shape of its latents
   * @param fingerprint that the model's configuration names
   */
  FakeTriton(WindowEncoder encoder, ModelShape shape, String fingerprint) {
    this.model = new TensorModel(encoder, shape);
    this.fingerprint = fingerprint;
    this.behaviour = proper();
  }

  /** Serves the encoder of a model. */
  public static FakeTriton of(ModelDirectory model, WindowEncoder encoder) {
    return new FakeTriton(encoder, ModelShape.of(model), model.fingerprint().hex());
  }

  /** Returns what encodes as the contract says. */
  public Behaviour proper() {
    return (request, response) -> {
      response.onNext(model.answer(request));
      response.onCompleted();
    };
  }

  public static Behaviour saying(ModelInferResponse answer) {
    return (request, response) -> {
      response.onNext(answer);
      response.onCompleted();
    };
  }

  static Behaviour failing(Status status) {
    return (request, response) -> response.onError(status.asRuntimeException());
  }

  static Behaviour hanging() {
    return (request, response) -> {};
  }

  public void behave(Behaviour next) {
    behaviour = next;
  }

  public void serve(String nextFingerprint) {
    fingerprint = nextFingerprint;
  }

  public void ready(boolean server, boolean ofModel) {
    serverReady = server;
    modelReady = ofModel;
  }

  /** Returns how many requests came so far. */
  public int requestCount() {
    return requests.size();
  }

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> answer) {
    answer.onNext(ServerReadyResponse.newBuilder().setReady(serverReady).build());
    answer.onCompleted();
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
    boolean ready = modelReady && request.getName().equals(MODEL);
    answer.onNext(ModelReadyResponse.newBuilder().setReady(ready).build());
    answer.onCompleted();
  }

  @Override
  public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> answer) {
    ModelConfig.Builder config = ModelConfig.newBuilder().setName(request.getName());
    if (!fingerprint.isEmpty()) {
      config.putParameters(
          "fingerprint", ModelParameter.newBuilder().setStringValue(fingerprint).build());
    }
    answer.onNext(ModelConfigResponse.newBuilder().setConfig(config).build());
    answer.onCompleted();
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> response) {
    ((ServerCallStreamObserver<ModelInferResponse>) response)
        .setOnCancelHandler(cancelled::incrementAndGet);
    requests.add(request);
    try {
      behaviour.answer(request, response);
    } catch (StatusRuntimeException refused) {
      response.onError(refused);
    }
  }
}
