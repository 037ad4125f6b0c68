package ai.laconic.encoder;

import ai.laconic.encoder.span.EncoderModel;
import ai.laconic.encoder.span.SpanCaller;
import ai.laconic.encoder.span.SpanEncoder;
import ai.laconic.encoder.span.SpanRequest;
import ai.laconic.encoder.span.StoredWindow;
import ai.laconic.encoder.span.Windowing;
import ai.laconic.runtime.latent.SharingDomain;
import ai.laconic.runtime.latent.SharingSecret;
import ai.laconic.servicekit.call.ResponseWriter;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.DescribeEncoderRequest;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.EncoderServiceGrpc.EncoderServiceImplBase;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Model;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.grpc.server.service.GrpcService;

/** Translates between the contract and the encoder. */
@GrpcService
class EncoderHandler extends EncoderServiceImplBase {
  private final EncoderModel model;
  private final SpanEncoder spans;
  private final SharingSecret secret;
  private final StreamingCalls calls;

  EncoderHandler(
      EncoderModel model,
      SpanEncoder spans,
      SharingSecret sharingSecret,
      StreamingCalls encodeSpanCalls) {
    this.model = model;
    this.spans = spans;
    this.secret = sharingSecret;
    this.calls = encodeSpanCalls;
  }

  @Override
  public void describeEncoder(DescribeEncoderRequest request, StreamObserver<Model> response) {
    response.onNext(
        Model.newBuilder()
            .setName(model.name())
            .setFingerprint(model.fingerprint().hex())
            .setRatio(model.ratio().value())
            .setWindowTokens(model.windowTokens())
            .setLatentWidth(model.latentWidth())
            .setLatentBytes(Math.toIntExact(model.latentBytes()))
            .setKvBytesPerPosition(Math.toIntExact(model.kvBytesPerPosition()))
            .build());
    response.onCompleted();
  }

  @Override
  public void encodeSpan(EncodeSpanRequest request, StreamObserver<EncodedWindow> responses) {
    calls.answer(request, responses, writer -> spans.encode(span(request), new Caller(writer)));
  }

  private SpanRequest span(EncodeSpanRequest request) {
    return new SpanRequest(
        sharing(request),
        request.getText(),
        windowing(request),
        request.getFingerprint(),
        Duration.ofSeconds(request.getTtl().getSeconds(), request.getTtl().getNanos()));
  }

  private SharingDomain sharing(EncodeSpanRequest request) {
    return switch (request.getSharing()) {
      case SHARING_PUBLIC -> SharingDomain.PUBLIC;
      case SHARING_PRIVATE, SHARING_UNSPECIFIED, UNRECOGNIZED ->
          SharingDomain.privateTo(TenantId.current().value(), secret);
    };
  }

  private static @Nullable Windowing windowing(EncodeSpanRequest request) {
    return switch (request.getWindowing()) {
      case WINDOWING_CONTENT_DEFINED -> Windowing.CONTENT_DEFINED;
      case WINDOWING_FIXED -> Windowing.FIXED;
      case WINDOWING_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  private static ai.laconic.v1.Windowing proto(Windowing windowing) {
    return switch (windowing) {
      case CONTENT_DEFINED -> ai.laconic.v1.Windowing.WINDOWING_CONTENT_DEFINED;
      case FIXED -> ai.laconic.v1.Windowing.WINDOWING_FIXED;
    };
  }

  private static EncodedWindow proto(StoredWindow window) {
    return EncodedWindow.newBuilder()
        .setLatent(
            LatentRef.newBuilder().setLatentId(window.id().hex()).setLatents(window.latents()))
        .setTokens(window.tokens())
        .setTextBytes(window.textBytes())
        .setBlockBytes(window.blockBytes())
        .setWindowing(proto(window.windowing()))
        .setReused(window.reused())
        .build();
  }

  /** The client at the other end of the call that this context belongs to. */
  private record Caller(ResponseWriter<EncodedWindow> responses, Context context)
      implements SpanCaller {
    Caller(ResponseWriter<EncodedWindow> responses) {
      this(responses, Context.current());
    }

    @Override
    public void answer(StoredWindow window) throws InterruptedException {
      responses.write(proto(window));
    }

    @Override
    public boolean offer(StoredWindow window, Duration patience) throws InterruptedException {
      return responses.offer(proto(window), patience);
    }

    @Override
    public void onEnd(Runnable action) {
      context.addListener(ended -> action.run(), Runnable::run);
    }
  }
}
