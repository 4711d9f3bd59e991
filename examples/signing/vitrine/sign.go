// A bearer token of Vitrine's own dialect: POST /api/v1/embed/sessions answers it with a code.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

type object map[string]any

func main() {
	now := time.Now().Unix() // seconds, not milliseconds
	id := make([]byte, 16)
	rand.Read(id)
	header, _ := json.Marshal(object{"alg": "HS256", "typ": "JWT"})
	claims, _ := json.Marshal(object{
		"iss": os.Getenv("CLIENT_ID"),
		"aud": "vitrine",
		"iat": now,
		"exp": now + 300, // at most that
		"jti": id,
		"session": object{
			"subject":      os.Getenv("SUBJECT"),
			"tenant":       os.Getenv("TENANT"),
			"teams":        json.RawMessage(os.Getenv("TEAMS")),
			"account_type": os.Getenv("ACCOUNT_TYPE"),
			"attributes":   json.RawMessage(os.Getenv("ATTRIBUTES")),
			"content":      object{"workbook": os.Getenv("CONTENT")},
		},
	})

	encoded := base64.RawURLEncoding.EncodeToString
	signed := encoded(header) + "." + encoded(claims)
	// The key is the text of the secret, also if it looks like hexadecimal.
	mac := hmac.New(sha256.New, []byte(os.Getenv("SECRET")))
	mac.Write([]byte(signed))
	fmt.Println(signed + "." + encoded(mac.Sum(nil)))
}
