package ai.laconic.decoder.engine.triton;

import ai.laconic.inference.DataType;
import ai.laconic.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import ai.laconic.inference.InferParameter;
import ai.laconic.inference.ModelConfig;
import ai.laconic.inference.ModelConfigRequest;
import ai.laconic.inference.ModelConfigResponse;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferResponse;
import ai.laconic.inference.ModelInferResponse.InferOutputTensor;
import ai.laconic.inference.ModelInput;
import ai.laconic.inference.ModelParameter;
import ai.laconic.inference.ModelReadyRequest;
import ai.laconic.inference.ModelReadyResponse;
import ai.laconic.inference.ModelStreamInferResponse;
import ai.laconic.inference.RepositoryModelLoadRequest;
import ai.laconic.inference.RepositoryModelLoadResponse;
import ai.laconic.inference.RepositoryModelUnloadRequest;
import ai.laconic.inference.RepositoryModelUnloadResponse;
import ai.laconic.inference.ServerReadyRequest;
import ai.laconic.inference.ServerReadyResponse;
import ai.laconic.runtime.model.ModelFingerprint;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A Triton server with the counting model, or with a model that misbehaves. */
final class FakeTriton extends GRPCInferenceServiceImplBase {
  static final String MODEL = "lclm_decoder";
  static final ModelFingerprint FINGERPRINT = new ModelFingerprint("ab".repeat(32));

  /** Makes what runs once the client has half-closed, and whenever it takes more again. */
  @FunctionalInterface
  interface Behaviour {
    Runnable answer(
        ModelInferRequest request, ServerCallStreamObserver<ModelStreamInferResponse> stream);
  }

  final Queue<ModelInferRequest> requests = new ConcurrentLinkedQueue<>();
  final AtomicInteger cancelled = new AtomicInteger();
  volatile Behaviour behaviour = this::count;

  /** Whether the counting model says one token and then takes its time. */
  volatile boolean slow;

  /** Whether it takes requests and questions and says nothing, as a stopped process. */
  volatile boolean stopped;

  volatile boolean serverReady = true;
  volatile boolean modelReady = true;
  volatile String fingerprint = FINGERPRINT.hex();
  volatile DataType latents = DataType.TYPE_FP32;
  volatile boolean loadable = true;
  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger loads = new AtomicInteger();
  final AtomicInteger unloads = new AtomicInteger();

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> answer) {
    answer.onNext(ServerReadyResponse.newBuilder().setReady(serverReady).build());
    answer.onCompleted();
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
    asked.incrementAndGet();
    if (stopped) {
      return;
    }
    boolean ready = modelReady && request.getName().equals(MODEL);
    answer.onNext(ModelReadyResponse.newBuilder().setReady(ready).build());
    answer.onCompleted();
  }

  @Override
  public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> answer) {
    ModelConfig config =
        ModelConfig.newBuilder()
            .setName(MODEL)
            .addInput(ModelInput.newBuilder().setName("INPUT_IDS").setDataType(DataType.TYPE_INT64))
            .addInput(ModelInput.newBuilder().setName("LATENTS").setDataType(latents))
            .putParameters(
                "fingerprint", ModelParameter.newBuilder().setStringValue(fingerprint).build())
            .build();
    answer.onNext(ModelConfigResponse.newBuilder().setConfig(config).build());
    answer.onCompleted();
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> answer) {
    loads.incrementAndGet();
    if (!loadable) {
      answer.onError(Status.INTERNAL.withDescription("no memory left").asRuntimeException());
      return;
    }
    modelReady = request.getModelName().equals(MODEL);
    answer.onNext(RepositoryModelLoadResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request, StreamObserver<RepositoryModelUnloadResponse> answer) {
    unloads.incrementAndGet();
    modelReady &= !request.getModelName().equals(MODEL);
    answer.onNext(RepositoryModelUnloadResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> responses) {
    ServerCallStreamObserver<ModelStreamInferResponse> stream =
        (ServerCallStreamObserver<ModelStreamInferResponse>) responses;
    stream.setOnCancelHandler(cancelled::incrementAndGet);
    AtomicReference<Runnable> sending = new AtomicReference<>(() -> {});
    stream.setOnReadyHandler(() -> Objects.requireNonNull(sending.get()).run());
    return new StreamObserver<>() {
      private ModelInferRequest request = ModelInferRequest.getDefaultInstance();

      @Override
      public void onNext(ModelInferRequest only) {
        request = only;
        requests.add(only);
      }

      @Override
      public void onError(Throwable thrown) {}

      @Override
      public void onCompleted() {
        if (stopped) {
          return;
        }
        Runnable send = behaviour.answer(request, stream);
        sending.set(send);
        send.run();
      }
    };
  }

  /** The counting model: one token in each response, as fast as the client takes them. */
  private Runnable count(
      ModelInferRequest request, ServerCallStreamObserver<ModelStreamInferResponse> stream) {
    CountedAnswer answer = CountedAnswer.to(request, latents);
    AtomicBoolean begun = new AtomicBoolean();
    return () -> {
      while (stream.isReady() && !stream.isCancelled() && answer.hasNext()) {
        if (slow && begun.getAndSet(true) && answer.tokensLeft()) {
          return;
        }
        stream.onNext(answer.next());
        if (!answer.hasNext()) {
          stream.onCompleted();
        }
      }
    };
  }

  /** Sends all this at once and completes the stream. */
  static Behaviour saying(ModelStreamInferResponse... responses) {
    return (request, stream) ->
        once(
            () -> {
              send(stream, responses);
              stream.onCompleted();
            });
  }

  /** Sends all this at once and leaves the stream open. */
  static Behaviour sayingAndHanging(ModelStreamInferResponse... responses) {
    return (request, stream) -> once(() -> send(stream, responses));
  }

  /** Sends all this and dies. */
  static Behaviour sayingAndDying(Status status, ModelStreamInferResponse... responses) {
    return (request, stream) ->
        once(
            () -> {
              send(stream, responses);
              stream.onError(status.asRuntimeException());
            });
  }

  private static Runnable once(Runnable action) {
    AtomicBoolean done = new AtomicBoolean();
    return () -> {
      if (done.compareAndSet(false, true)) {
        action.run();
      }
    };
  }

  private static void send(
      StreamObserver<ModelStreamInferResponse> stream, ModelStreamInferResponse... responses) {
    for (ModelStreamInferResponse response : responses) {
      stream.onNext(response);
    }
  }

  static ModelStreamInferResponse error(String message) {
    return ModelStreamInferResponse.newBuilder().setErrorMessage(message).build();
  }

  static ModelStreamInferResponse response(ModelInferResponse.Builder response) {
    return ModelStreamInferResponse.newBuilder().setInferResponse(response).build();
  }

  static ModelStreamInferResponse tokens(int... ids) {
    ByteBuffer raw = ByteBuffer.allocate(ids.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    raw.asIntBuffer().put(ids);
    return response(
        output("TOKEN_ID", "INT32", List.of((long) ids.length), ByteString.copyFrom(raw)));
  }

  static ModelStreamInferResponse reason(String word) {
    return response(output("FINISH_REASON", "BYTES", List.of(1L), bytes(word)));
  }

  /** The reason and, in the same response, what it took. */
  static ModelStreamInferResponse finish(String word, long promptLength, long tokens) {
    return response(
        output("FINISH_REASON", "BYTES", List.of(1L), bytes(word))
            .mergeFrom(usage(promptLength, tokens).build()));
  }

  static ModelInferResponse.Builder usage(long promptLength, long tokens) {
    ByteBuffer raw = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.putLong(promptLength).putLong(tokens).flip();
    return output("USAGE", "INT64", List.of(2L), ByteString.copyFrom(raw));
  }

  static ModelStreamInferResponse last() {
    return response(
        ModelInferResponse.newBuilder()
            .putParameters(
                "triton_final_response", InferParameter.newBuilder().setBoolParam(true).build()));
  }

  static ModelInferResponse.Builder output(
      String name, String datatype, List<Long> shape, ByteString raw) {
    return ModelInferResponse.newBuilder()
        .setModelName(MODEL)
        .addOutputs(
            InferOutputTensor.newBuilder().setName(name).setDatatype(datatype).addAllShape(shape))
        .addRawOutputContents(raw);
  }

  static ByteString bytes(String word) {
    byte[] text = word.getBytes(StandardCharsets.UTF_8);
    ByteBuffer raw = ByteBuffer.allocate(4 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    return ByteString.copyFrom(raw.putInt(text.length).put(text).flip());
  }
}
